import type { CloudPlace } from "../config/load-place.ts";
import type { ReadinessAgent, ReadinessConfig } from "../config/load-readiness.ts";
import { findCredential } from "../credentials/read-credentials.ts";
import { type CredentialRef, formatRef } from "../credentials/ref.ts";
import { requiredRefs } from "../credentials/required-refs.ts";
import { shellWord } from "../credentials/shell-word.ts";
import { findType } from "../credentials/types.ts";
import { ConfigError } from "../errors.ts";
import type { Google } from "../gcp/google.ts";
import { artifactRepository } from "../mapping/artifact-image.ts";
import type { AgentPlace, ReadinessPlace } from "../mapping/readiness-facts.ts";
import { directorySecretId, fieldSecretId } from "../mapping/secret-names.ts";
import { planSecrets } from "../mapping/secret-plan.ts";
import { differingNeighbours } from "./isolation.ts";

type Where = {
  readonly google: Pick<Google, "location" | "principal">;
  readonly store: string;
  readonly alFlags: string;
};

/**
 * What a Google Cloud project is held against: the configuration, and the names of what is in the store.
 * @throws ConfigError when `[cloud] artifact_registry` is no repository of Artifact Registry
 */
export async function readinessPlace(
  { place, artifactRegistry, agents, everyAgent, sharedAccount }: ReadinessConfig,
  { google, store, alFlags }: Where,
): Promise<ReadinessPlace> {
  const { secretPrefix, credential } = place;
  return {
    ...google.location,
    principal: google.principal,
    ...{ secretPrefix, credential, sharedAccount, alFlags, auth: authOf(place) },
    repository: artifactRegistry === undefined ? undefined : repositoryOf(artifactRegistry),
    agents: await Promise.all(
      agents.map((agent) => agentPlace(agent, { everyAgent, store, secretPrefix })),
    ),
    everyAgent: everyAgent.map((agent) => ({
      ...{ name: agent.name, account: agent.account, credentials: refsOf(agent).map(formatRef) },
    })),
  };
}

const authOf = ({ impersonate, credential }: CloudPlace): ReadinessPlace["auth"] => {
  if (impersonate !== undefined) return "impersonate";
  return credential === undefined ? "adc" : "key";
};

/** What names the same files to another command, behind its words. */
export const alFlagsOf = (options: { project: string; environment?: string }): string =>
  [
    ...(options.project === "." ? [] : [`-p ${shellWord(options.project)}`]),
    ...(options.environment === undefined ? [] : [`-E ${shellWord(options.environment)}`]),
  ]
    .map((flag) => ` ${flag}`)
    .join("");

type Needs = Pick<ReadinessAgent, "name" | "credentials" | "models">;

const refsOf = ({ name, credentials, models }: Needs): CredentialRef[] =>
  requiredRefs({ agent: name, credentials, models });

async function agentPlace(
  agent: ReadinessAgent,
  {
    everyAgent,
    store,
    secretPrefix,
  }: Pick<ReadinessConfig, "everyAgent"> & { store: string; secretPrefix: string },
): Promise<AgentPlace> {
  const { name, account, image } = agent;
  const refs = refsOf(agent);
  const ids = await Promise.all(refs.map((ref) => secretIdsOf(ref, { store, secretPrefix })));
  const sharing = everyAgent.filter((other) => other.account === account && other.name !== name);
  const neighbours = sharing.map((other) => ({ ...other, agent: other.name }));
  return {
    ...{ name, account, image },
    neighbours: differingNeighbours({ agent, neighbours }).map((other) => other.agent),
    credentials: refs.map(formatRef),
    secretIds: ids.flat(),
  };
}

/** Of a credential that is not stored here, what its type says that it will be; who runs the agent may have it. */
async function secretIdsOf(
  ref: CredentialRef,
  { store, secretPrefix }: { store: string; secretPrefix: string },
): Promise<string[]> {
  const stored = await findCredential(store, ref);
  if (stored !== undefined) return planSecrets([stored], secretPrefix).map(({ id }) => id);
  const fields = findType(ref.type)?.fields.filter(({ optional }) => optional !== true) ?? [];
  const ids = fields.map(({ name }) => fieldSecretId(secretPrefix, { ...ref, field: name }));
  return ids.length === 1 ? ids : [...ids, directorySecretId(secretPrefix, ref)];
}

/**
 * The resource that `[cloud] artifact_registry` means.
 * @throws ConfigError when it is no address of a repository
 */
export function repositoryOf(address: string): string {
  const repository = artifactRepository(address);
  if (repository !== undefined) return repository;
  throw new ConfigError({
    what: `[cloud] artifact_registry is ${JSON.stringify(address)}`,
    why: "a repository's address is <region>-docker.pkg.dev/<project>/<repository>",
    remedy: 'For example: artifact_registry = "us-central1-docker.pkg.dev/my-project/al-agents"',
  });
}
