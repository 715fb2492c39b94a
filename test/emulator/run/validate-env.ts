import type { Json } from "../core/handler.ts";
import { secretReferenceProblem } from "./secret-reference.ts";
import type { Violations } from "./violations.ts";

// https://cloud.google.com/run/docs/container-contract: names the platform sets, for jobs and for services.
const RESERVED = new Set([
  "PORT",
  "K_SERVICE",
  "K_REVISION",
  "K_CONFIGURATION",
  "CLOUD_RUN_JOB",
  "CLOUD_RUN_EXECUTION",
  "CLOUD_RUN_TASK_INDEX",
  "CLOUD_RUN_TASK_ATTEMPT",
  "CLOUD_RUN_TASK_COUNT",
]);
// k8s.min.proto, EnvVar
const LARGEST_NAME_CHARACTERS = 32_768;
const LARGEST_VALUE_BYTES = 32_768;
// https://cloud.google.com/run/docs/configuring/jobs/environment-variables
const LARGEST_COUNT = 1000;

export type EnvPlace = {
  /** Path of the list, from the request message. */
  readonly field: string;
  readonly container: number;
};

/** Checks the environment of one container; a value is never part of what it says. */
export function checkEnv(env: readonly Json[], place: EnvPlace, violations: Violations): void {
  if (env.length > LARGEST_COUNT) {
    violations.add(place.field, `at most ${LARGEST_COUNT} environment variables are allowed.`);
  }
  for (const [index, variable] of env.entries()) {
    checkName(variable.name, `${place.field}[${index}].name`, violations);
    checkValue(variable, `${place.field}[${index}]`, violations);
  }
  checkReserved(env, place, violations);
  checkDuplicates(env, place, violations);
}

// https://cloud.google.com/run/docs/configuring/services/overview-environment-variables
function checkName(name: unknown, field: string, violations: Violations): void {
  const text = String(name ?? "");
  if (text === "") violations.add(field, "must not be empty.");
  else if (text.length > LARGEST_NAME_CHARACTERS) {
    violations.add(field, `must not exceed ${LARGEST_NAME_CHARACTERS} characters.`);
  } else if (/[=\0]/.test(text)) violations.add(field, "must not contain '='.");
  else if (text.startsWith("X_GOOGLE_")) violations.add(field, "must not begin with X_GOOGLE_.");
}

function checkValue(variable: Json, field: string, violations: Violations): void {
  if (Buffer.byteLength(String(variable.value ?? "")) > LARGEST_VALUE_BYTES) {
    violations.add(`${field}.value`, `must not exceed ${LARGEST_VALUE_BYTES} bytes.`);
  }
  if (variable.valueSource === undefined) return;
  if (variable.value !== undefined) {
    violations.add(field, "only one of value and value_source may be set.");
  }
  const problem = secretReferenceProblem(variable.valueSource.secretKeyRef);
  if (problem !== undefined) {
    violations.add(`${field}.value_source.secret_key_ref${problem.field}`, problem.description);
  }
}

function checkReserved(env: readonly Json[], place: EnvPlace, violations: Violations): void {
  const reserved = env.map((variable) => variable.name).filter((name) => RESERVED.has(name));
  if (reserved.length === 0) return;
  // https://cloud.google.com/run/docs/troubleshooting
  violations.addAs(
    place.field,
    `spec.template.spec.containers[${place.container}].env`,
    `The following reserved env names were provided: ${reserved.join(", ")}. These values are automatically set by the system.`,
  );
}

// Of literals with one name the last wins, but a name backed by a secret must be the only one of its container
// (gcloud, generated run_v1_messages.py, Container.env; PrefectHQ/prefect#18581).
function checkDuplicates(env: readonly Json[], place: EnvPlace, violations: Violations): void {
  const fromSecret = new Set(
    env.filter((variable) => variable.valueSource !== undefined).map((variable) => variable.name),
  );
  for (const name of fromSecret) {
    if (env.filter((variable) => variable.name === name).length < 2) continue;
    violations.add(place.field, `'${name}' is backed by a secret and must be given only once.`);
  }
}
