import { join } from "node:path";
import { agentFileSchema, triggerSchema } from "./agent-file-schema.ts";
import { type TableProblem, tableProblems } from "./check-table.ts";
import type { ModelConfig } from "./config.ts";
import type { MergedProject } from "./merged-project.ts";
import { readable } from "./own-file-problems.ts";
import { WEBHOOK_CREDENTIALS } from "./project-file-schema.ts";
import { skillProblems } from "./skill-file.ts";
import { findToml, snakeCaseKeys, type Table } from "./toml-file.ts";

/** What one agent's webhook triggers need for their signatures. */
export type TriggerNeeds = {
  readonly credential: string;
  /** Undefined: any instance serves, since the gateway loads them all. */
  readonly instance: string | undefined;
};

/** What one agent needs of the credential store. */
export type AgentNeeds = {
  readonly name: string;
  /** Refs as written. */
  readonly credentials: readonly string[];
  readonly models: readonly ModelConfig[];
  readonly triggers: readonly TriggerNeeds[];
  readonly scale: number | undefined;
  /** Whether a `[cloudrun]` section says how to run it as a job. */
  readonly runsInCloud: boolean;
};

export type AgentCheck = { readonly problems: readonly TableProblem[]; readonly needs: AgentNeeds };

/** Checks an agent's own files, and what they name in the project's; `project` is undefined while that cannot be read. */
export async function checkAgent(input: {
  readonly directory: string;
  readonly name: string;
  readonly project: MergedProject | undefined;
}): Promise<AgentCheck> {
  const file = join(input.directory, "config.toml");
  const config = await readable(() => findToml(file));
  const skill = await skillProblems(join(input.directory, "SKILL.md"));
  const table = config.value ?? {};
  const own = tableProblems(agentFileSchema, withCloudrun(table), { file });
  const { shape } = agentFileSchema;
  // Key by key, so that a mistake in one hides nothing in another.
  const credentials = shape.credentials.safeParse(table.credentials).data ?? [];
  const modelNames = shape.models.safeParse(table.models).data ?? [];
  const webhooks = shape.webhooks.safeParse(table.webhooks).data ?? [];
  const models = modelNames.map((name) => findModel(name, input.project, file));
  const triggers = webhooks.map((trigger) => checkTrigger(trigger, input.project, file));
  return {
    problems: [
      ...skill,
      ...config.problems,
      ...own,
      ...[...models, ...triggers].flatMap(({ problems }) => problems),
    ],
    needs: {
      name: input.name,
      credentials,
      models: models.flatMap(({ value }) => value ?? []),
      triggers: triggers.flatMap(({ value }) => value ?? []),
      scale: shape.scale.safeParse(table.scale).data,
      runsInCloud: "cloudrun" in table,
    },
  };
}

const withCloudrun = (table: Table): Table =>
  "cloudrun" in table ? { ...table, cloudrun: snakeCaseKeys(table.cloudrun) } : table;

type Found<T> = { readonly value?: T; readonly problems: readonly TableProblem[] };

function findModel(
  name: string,
  project: MergedProject | undefined,
  file: string,
): Found<ModelConfig> {
  if (project === undefined) return { problems: [] };
  const model = project.models.get(name);
  if (model !== undefined) return { value: model, problems: [] };
  if (project.models.has(name)) return { problems: [] };
  const known = [...project.models.keys()];
  return problem(
    `${file}: models names "${name}", which no [models.${name}] defines`,
    known.length === 0
      ? `Add [models.${name}] with provider and model to config.toml.`
      : `Write one of: ${known.join(", ")}; or add [models.${name}] to config.toml.`,
  );
}

type Trigger = { readonly source: string; readonly [key: string]: unknown };

function checkTrigger(
  trigger: Trigger,
  project: MergedProject | undefined,
  file: string,
): Found<TriggerNeeds> {
  if (project === undefined) return { problems: [] };
  const source = project.webhooks.get(trigger.source);
  if (source === undefined && project.webhooks.has(trigger.source)) return { problems: [] };
  // A source may be a kind of webhook too: the gateway needs no section of its own for it.
  const kind = source === undefined ? trigger.source : (source.type ?? trigger.source);
  if (!Object.hasOwn(WEBHOOK_CREDENTIALS, kind))
    return unknownSource(trigger.source, project, file);
  const problems = tableProblems(triggerSchema(kind), trigger, { file, section: "webhooks" });
  const credential = WEBHOOK_CREDENTIALS[kind];
  if (credential === undefined || source?.allowUnsigned === true) return { problems };
  const settings: Readonly<Record<string, unknown>> = source ?? {};
  const named = settings[credential] ?? settings.credential;
  return {
    value: { credential, instance: typeof named === "string" ? named : undefined },
    problems,
  };
}

function unknownSource(source: string, project: MergedProject, file: string): Found<TriggerNeeds> {
  const known = [...project.webhooks.keys()];
  const kinds = Object.keys(WEBHOOK_CREDENTIALS).join(", ");
  return problem(
    `${file}: [webhooks] source names "${source}", which is neither a [webhooks.${source}] with a type nor a kind of webhook`,
    known.length === 0
      ? `Write one of the kinds: ${kinds}.`
      : `Write one of: ${known.join(", ")}; or one of the kinds: ${kinds}.`,
  );
}

const problem = (what: string, remedy: string) => ({ problems: [{ what, remedy }] });
