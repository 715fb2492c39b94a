import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, UsageError } from "../errors.ts";
import { checkTable } from "./check-table.ts";
import type { AgentConfig, CloudConfig, ModelConfig, RunConfig } from "./config.ts";
import {
  type AgentTable,
  agentSchema,
  type CloudTable,
  cloudSchema,
  type ProjectTable,
  projectSchema,
} from "./schema.ts";
import { findToml, overlay, snakeCaseKeys, type Table } from "./toml-file.ts";

const DEFAULT_TIMEOUT_SECONDS = 3600;

/** Google's default compute account; a job that runs as it may read far more than one agent's secrets. */
const DEFAULT_COMPUTE_ACCOUNT = /^[0-9]+-compute@developer\.gserviceaccount\.com$/;

export type LoadOptions = {
  readonly project: string;
  readonly agent: string;
  /** `-E`; chosen before AL_ENV and .env.toml. */
  readonly environment: string | undefined;
  readonly environments: string;
};

/**
 * Reads and checks all that a run of this agent needs: config.toml, overlaid by .env.toml, overlaid by the environment file.
 * @throws UsageError for an unknown agent; ConfigError for everything that the files say wrongly or not at all
 */
export async function loadRunConfig(options: LoadOptions): Promise<RunConfig> {
  await requireAgent(options.project, options.agent);
  const { table, file } = await projectTable(options);
  const project = checkTable(projectSchema, table, { file });
  const agent = await loadAgent(options, project);
  const cloud = checkTable(cloudSchema, snakeCaseKeys(table.cloud ?? {}), {
    file,
    section: "cloud",
  });
  return { agent, cloud: cloudConfig(cloud, { agent: options.agent, file }) };
}

async function projectTable(options: LoadOptions): Promise<{ table: Table; file: string }> {
  const file = join(options.project, "config.toml");
  const base = await findToml(file);
  const {
    environment: chosen,
    projectName: _,
    ...local
  } = (await findToml(join(options.project, ".env.toml"))) ?? {};
  const name = options.environment ?? (typeof chosen === "string" ? chosen : undefined);
  const table = overlay(base ?? {}, local);
  if (name === undefined) return { table, file };
  const path = environmentFile(options.environments, name);
  const environment = await findToml(path);
  if (environment === undefined) throw missingEnvironment(name, path);
  return { table: overlay(table, environment), file: `${file} with ${path}` };
}

function environmentFile(directory: string, name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return join(directory, `${name}.toml`);
  throw new UsageError({
    what: `${JSON.stringify(name)} cannot be an environment's name`,
    why: "it may hold letters, digits, dots, dashes and underscores, and begins with a letter or digit",
    remedy: "Give the name of a file in the environments directory, without .toml.",
  });
}

const missingEnvironment = (name: string, path: string): ConfigError =>
  new ConfigError({
    what: `The environment "${name}" does not exist`,
    why: `there is no file ${path}`,
    remedy: `Create ${path} with a [cloud] section, or choose another environment with -E.`,
  });

/** An agent is a directory below agents/ with a SKILL.md. */
async function requireAgent(project: string, name: string): Promise<void> {
  const agents = await agentNames(project);
  if (agents.includes(name)) return;
  throw new UsageError({
    what: `There is no agent "${name}" in ${project}`,
    why:
      agents.length === 0
        ? `${join(project, "agents")} holds no directory with a SKILL.md`
        : `its agents are: ${agents.join(", ")}`,
    remedy:
      agents.length === 0
        ? "Run al in the project's directory, or name it with -p."
        : `Choose one of them, for example: al run ${agents[0]} --runtime cloudrun`,
  });
}

async function agentNames(project: string): Promise<string[]> {
  const entries = await readdir(join(project, "agents"), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (
        error instanceof Error &&
        "code" in error &&
        (error.code === "ENOENT" || error.code === "ENOTDIR")
      )
        return [];
      throw error;
    },
  );
  const names = entries.filter((entry) => !entry.name.startsWith(".")).map(({ name }) => name);
  const found = await Promise.all(
    names.map((name) => isFile(join(project, "agents", name, "SKILL.md"))),
  );
  return names.filter((_, index) => found[index]).sort();
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );

async function loadAgent(options: LoadOptions, project: ProjectTable): Promise<AgentConfig> {
  const file = join(options.project, "agents", options.agent, "config.toml");
  const table = await findToml(file);
  const normal = {
    ...table,
    ...(table?.cloudrun === undefined ? {} : { cloudrun: snakeCaseKeys(table.cloudrun) }),
  };
  const agent = checkTable(agentSchema, normal, { file });
  return {
    name: options.agent,
    credentials: agent.credentials ?? [],
    models: agentModels(agent, project, file),
    timeoutSeconds: agent.timeout ?? project.local?.timeout ?? DEFAULT_TIMEOUT_SECONDS,
    container: {
      image: agent.cloudrun.image,
      command: agent.cloudrun.command ?? [],
      args: agent.cloudrun.args ?? [],
      memory: agent.cloudrun.memory,
      cpus: agent.cloudrun.cpus,
      env: agent.cloudrun.env ?? {},
    },
  };
}

function agentModels(agent: AgentTable, project: ProjectTable, file: string): ModelConfig[] {
  const models = project.models ?? {};
  return (agent.models ?? []).map((name) => {
    const model = models[name];
    if (model !== undefined) return { name, provider: model.provider, authType: model.authType };
    const known = Object.keys(models);
    throw new ConfigError({
      what: `${file}: models names "${name}", which no [models.${name}] defines`,
      why:
        known.length === 0
          ? "the project defines no models"
          : `the project defines: ${known.join(", ")}`,
      remedy: `Add to config.toml:\n[models.${name}]\nprovider = "anthropic"\nmodel = "claude-sonnet-4-20250514"\nauthType = "api_key"`,
    });
  });
}

function cloudConfig(table: CloudTable, place: { agent: string; file: string }): CloudConfig {
  return {
    project: table.project,
    region: table.region,
    serviceAccount: serviceAccount(table, place),
    credential: table.credential ?? "gcp_service_account",
    secretPrefix: table.secret_prefix ?? "al",
    memory: table.memory,
    cpus: table.cpus,
    labels: table.labels ?? {},
  };
}

function serviceAccount(
  table: CloudTable,
  { agent, file }: { agent: string; file: string },
): string {
  const account = table.service_accounts?.[agent] ?? table.service_account;
  const remedy = `Add to [cloud] in ${file}: service_account = "al-runner@<project>.iam.gserviceaccount.com"`;
  if (account === undefined) {
    throw new ConfigError({
      what: `${file}: [cloud] service_account is missing`,
      why: "an agent can read whatever its job's identity may read, so al never falls back to the project's default account",
      remedy,
    });
  }
  if (!DEFAULT_COMPUTE_ACCOUNT.test(account)) return account;
  throw new ConfigError({
    what: `${file}: [cloud] service_account is the project's default compute account`,
    why: "that account usually may do far more than one agent should",
    remedy,
  });
}
