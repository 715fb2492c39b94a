import type { Json } from "../core/handler.ts";
import { timeoutProblem } from "./durations.ts";
import { checkEnv } from "./validate-env.ts";
import { Violations } from "./violations.ts";

const LARGEST_TASK_COUNT = 10_000;

/** The execution template with the overrides of a RunJobRequest, or Google's refusal of them. */
export function withOverrides(template: Json, overrides: Json | undefined): Json {
  if (overrides === undefined) return template;
  checkOverrides(template, overrides);
  const { taskCount, timeout } = overrides;
  const byIndex = new Map<number, Json>(
    (overrides.containerOverrides ?? []).map((override: Json) => [
      indexOf(template, override),
      override,
    ]),
  );
  const containers = template.template.containers.map((container: Json, index: number) =>
    overridden(container, byIndex.get(index) ?? {}),
  );
  return {
    ...template,
    ...(taskCount && { taskCount }),
    template: { ...template.template, containers, ...(timeout !== undefined && { timeout }) },
  };
}

// job.proto, RunJobRequest.Overrides.ContainerOverride: args replace, env is merged and the override wins.
function overridden(container: Json, override: Json): Json {
  const { args: jobArgs, ...others } = container;
  const args = override.clearArgs ? undefined : (override.args ?? jobArgs);
  const env = mergedEnv(container.env ?? [], override.env ?? []);
  return { ...others, ...(args && { args }), ...(env.length > 0 && { env }) };
}

function mergedEnv(env: readonly Json[], changes: readonly Json[]): Json[] {
  const changed = new Set(changes.map(({ name }) => name));
  return [...env.filter(({ name }) => !changed.has(name)), ...changes];
}

/** The name may be left out when there is one container. */
function indexOf(template: Json, { name }: Json): number {
  const containers: Json[] = template.template.containers;
  if (!name) return containers.length === 1 ? 0 : -1;
  return containers.findIndex((container) => container.name === name);
}

function checkOverrides(template: Json, overrides: Json): void {
  const violations = new Violations("RunJobRequest");
  for (const [position, override] of (overrides.containerOverrides ?? []).entries()) {
    const field = `overrides.container_overrides[${position}]`;
    const index = indexOf(template, override);
    if (index < 0) {
      violations.add(`${field}.name`, `the job has no container named '${override.name ?? ""}'.`);
    }
    if (override.clearArgs && override.args !== undefined) {
      violations.add(`${field}.args`, "must be empty when clear_args is set.");
    }
    const container: Json = template.template.containers[Math.max(0, index)];
    checkEnv(override.env ?? [], { field: `${field}.env`, container: 0 }, violations);
    checkKinds(container.env ?? [], { env: override.env ?? [], field }, violations);
  }
  checkNumbers(overrides, violations);
  violations.raise();
}

// gcloud (command_lib/run/config_changes.py) refuses to turn a secret into a literal and never sends a reference;
// what the server does with either is not known.
function checkKinds(
  env: readonly Json[],
  override: { env: readonly Json[]; field: string },
  violations: Violations,
): void {
  const secret = new Set(
    env.filter(({ valueSource }) => valueSource !== undefined).map(({ name }) => name),
  );
  for (const { name, valueSource } of override.env) {
    if (valueSource !== undefined) {
      violations.add(`${override.field}.env`, `'${name}' must be a literal.`);
    } else if (secret.has(name)) {
      violations.add(
        `${override.field}.env`,
        `Cannot update environment variable [${name}] to string literal because it has already been set with a different type.`,
      );
    }
  }
}

function checkNumbers({ taskCount = 0, timeout }: Json, violations: Violations): void {
  if (!Number.isInteger(taskCount) || taskCount < 0 || taskCount > LARGEST_TASK_COUNT) {
    violations.add("overrides.task_count", `must be between 1 and ${LARGEST_TASK_COUNT}.`);
  }
  const problem = timeout === undefined ? undefined : timeoutProblem(timeout);
  if (problem !== undefined) violations.add("overrides.timeout", problem);
}
