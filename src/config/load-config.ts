import { join } from "node:path";
import { ConfigError, UsageError } from "../errors.ts";
import { agentNames } from "./agent-names.ts";
import { checkTable } from "./check-table.ts";
import { accountOf, cloudConfig } from "./cloud-config.ts";
import type { AgentConfig, ModelConfig, RunConfig } from "./config.ts";
import { projectTable } from "./project-table.ts";
import {
  type AgentTable,
  agentSchema,
  cloudSchema,
  type ProjectTable,
  projectSchema,
} from "./schema.ts";
import { neighboursOf } from "./shared-account.ts";
import { findToml, snakeCaseKeys } from "./toml-file.ts";

const DEFAULT_TIMEOUT_SECONDS = 3600;

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
  const cloud = checkTable(cloudSchema, table.cloud ?? {}, {
    file,
    section: "cloud",
  });
  const neighbours = await neighboursOf({
    project: options.project,
    agent: agent.name,
    models: projectModels(project),
    accountOf: (name) => accountOf(cloud, name),
  });
  return { agent, cloud: cloudConfig(cloud, { agent: options.agent, file }), neighbours };
}

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
  const models = projectModels(project);
  return (agent.models ?? []).map((name) => {
    const model = models.get(name);
    if (model !== undefined) return model;
    const known = [...models.keys()];
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

const projectModels = ({ models = {} }: ProjectTable): ReadonlyMap<string, ModelConfig> =>
  new Map(
    Object.entries(models).map(([name, { provider, authType }]) => [
      name,
      { name, provider, authType },
    ]),
  );
