import type { RunConfig } from "../config/config.ts";
import type { ReadinessConfig } from "../config/load-readiness.ts";
import type { Credential } from "../credentials/credential.ts";
import { findCredential } from "../credentials/read-credentials.ts";
import { formatRef } from "../credentials/ref.ts";
import { requiredRefs } from "../credentials/required-refs.ts";
import { ConfigError } from "../errors.ts";
import type { Google } from "../gcp/google.ts";
import { artifactRepository } from "../mapping/artifact-image.ts";
import type { AgentPlace, ReadinessPlace } from "../mapping/readiness-facts.ts";
import { planSecrets } from "../mapping/secret-plan.ts";
import { differingNeighbours } from "./isolation.ts";

/**
 * What a Google Cloud project is held against: the configuration, and the names of what is in the store.
 * @throws ConfigError when `[cloud] artifact_registry` is no repository of Artifact Registry
 */
export async function readinessPlace(
  { place, artifactRegistry, agents }: ReadinessConfig,
  { google, store }: { google: Pick<Google, "location" | "principal">; store: string },
): Promise<ReadinessPlace> {
  const { secretPrefix } = place;
  return {
    ...google.location,
    principal: google.principal,
    secretPrefix,
    impersonates: place.impersonate !== undefined,
    repository: artifactRegistry === undefined ? undefined : repositoryOf(artifactRegistry),
    agents: await Promise.all(agents.map((agent) => agentPlace(agent, { store, secretPrefix }))),
  };
}

async function agentPlace(
  config: RunConfig,
  { store, secretPrefix }: { store: string; secretPrefix: string },
): Promise<AgentPlace> {
  const { agent, cloud } = config;
  const { name, credentials, models, container } = agent;
  const refs = requiredRefs({ agent: name, credentials, models });
  const found = await Promise.all(refs.map((ref) => findCredential(store, ref)));
  const stored = found.filter((each): each is Credential => each !== undefined);
  return {
    name,
    account: cloud.serviceAccount,
    image: container.image,
    credentials: refs.map(formatRef),
    secretIds: planSecrets(stored, secretPrefix).map(({ id }) => id),
    neighbours: differingNeighbours(config).map((neighbour) => neighbour.agent),
  };
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
