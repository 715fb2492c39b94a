import type { AgentNeeds } from "./agent-check.ts";
import { checkTable } from "./check-table.ts";
import { accountOf, cloudConfig } from "./cloud-config.ts";
import type { ModelConfig } from "./config.ts";
import { loadRunConfig } from "./load-config.ts";
import { type CloudPlace, loadPlace } from "./load-place.ts";
import { type ProjectFiles, projectTable } from "./project-table.ts";
import { type CloudTable, cloudSchema } from "./schema.ts";

/** What an agent needs of the credential store when it runs as a job. */
type CloudNeeds = {
  readonly name: string;
  readonly credentials: readonly string[];
  readonly models: readonly ModelConfig[];
};

/** An agent that has an account, and an image where a `[cloudrun]` section names one. */
export type ReadinessAgent = CloudNeeds & {
  readonly account: string;
  readonly image: string | undefined;
};

/** Everything of a project's files that a Google Cloud project is held against. */
export type ReadinessConfig = {
  readonly place: CloudPlace;
  /** As written: the address of the repository for agents' images. */
  readonly artifactRegistry: string | undefined;
  /** The account that `[cloud]` names for all agents together. */
  readonly sharedAccount: string | undefined;
  /** Those that are looked at. */
  readonly agents: readonly ReadinessAgent[];
  /** All of the project; without an account where `[cloud]` names none. */
  readonly everyAgent: readonly (CloudNeeds & { readonly account: string | undefined })[];
};

type Reading = { readonly files: ProjectFiles; readonly cloud: CloudTable; readonly file: string };

/**
 * Reads what these agents need of Google Cloud, or only the one that is named.
 * @throws UsageError for an unknown agent; ConfigError for everything that the files say wrongly or not at all
 */
export async function loadReadiness(
  files: ProjectFiles,
  needs: readonly AgentNeeds[],
  only: string | undefined,
): Promise<ReadinessConfig> {
  const place = await loadPlace(files);
  const { table, file } = await projectTable(files);
  const cloud = checkTable(cloudSchema, table.cloud ?? {}, { file, section: "cloud" });
  // An agent that cannot run yet lacks an account only when it is asked about.
  const names = needs
    .filter(({ name, runsInCloud }) => runsInCloud || accountOf(cloud, name) !== undefined)
    .map(({ name }) => name);
  const chosen = only === undefined ? names : [only];
  const reading = { files, cloud, file };
  return {
    place,
    artifactRegistry: cloud.artifact_registry,
    sharedAccount: cloud.service_account,
    agents: await Promise.all(chosen.map((name) => readAgent(name, needs, reading))),
    everyAgent: needs.map((agent) => ({
      ...cloudNeeds(agent),
      account: accountOf(cloud, agent.name),
    })),
  };
}

async function readAgent(
  name: string,
  needs: readonly AgentNeeds[],
  { files, cloud, file }: Reading,
): Promise<ReadinessAgent> {
  const agent = needs.find((each) => each.name === name);
  if (agent === undefined || agent.runsInCloud) return readRun(name, files);
  return {
    ...cloudNeeds(agent),
    account: cloudConfig(cloud, { agent: name, file }).serviceAccount,
    image: undefined,
  };
}

async function readRun(name: string, files: ProjectFiles): Promise<ReadinessAgent> {
  const { agent, cloud } = await loadRunConfig({ ...files, agent: name });
  return {
    ...{ name, credentials: agent.credentials, models: agent.models },
    account: cloud.serviceAccount,
    image: agent.container.image,
  };
}

/** A model that signs in from this machine is no matter of a job's; what runs as one may not have it. */
const cloudNeeds = ({ name, credentials, models, runsInCloud }: AgentNeeds): CloudNeeds => ({
  name,
  credentials,
  models: runsInCloud ? models : models.filter(({ authType }) => authType !== "pi_auth"),
});
