import pLimit from "p-limit";
import { AlError, EXIT } from "../errors.ts";
import { CODE, GoogleCallError, hasCode } from "../gcp/google-call-error.ts";
import type { ProjectServices } from "../gcp/project-services.ts";
import { ApiOffError } from "../gcp/sign-in-errors.ts";
import { neededApis } from "../mapping/apis.ts";
import { artifactImage } from "../mapping/artifact-image.ts";
import { readinessOf } from "../mapping/readiness.ts";
import { unsettledSecrets } from "../mapping/readiness-accounts.ts";
import { type Check, remedyOf } from "../mapping/readiness-check.ts";
import {
  type Asked,
  known,
  type ProjectFacts,
  type ReadinessFacts,
  type ReadinessPlace,
  unknown,
} from "../mapping/readiness-facts.ts";
import { isStranger } from "../mapping/readiness-sign-in.ts";
import { repositoriesOf } from "../mapping/repositories.ts";
import { REQUIRED_PERMISSIONS } from "../mapping/required-permissions.ts";
import { ask } from "./ask.ts";
import { askAccount, askPolicy, askProbe, askRepository } from "./ask-resources.ts";

/** Questions in flight at once: a project's quotas of reads are shared with its runs. */
const PARALLEL_CALLS = 8;

/**
 * Finds out, with reads only, what a run of these agents needs and how it stands.
 * @throws GoogleCallError when Google cannot be reached at all
 */
export async function checkReadiness(
  place: ReadinessPlace,
  services: ProjectServices,
): Promise<Check[]> {
  return readinessOf(place, await gather(place, services));
}

async function gather(place: ReadinessPlace, services: ProjectServices): Promise<ReadinessFacts> {
  // Alone, since its answer tells whether there is any use in asking more.
  const door = withoutStrangers(place, await knock(place, services));
  const access =
    door.kind === "open" ? { ...door, ...(await askAll(place, door.held, services)) } : door;
  return { skewMs: services.seen.skewMs, access };
}

type Held = Asked<ReadonlySet<string>>;
type Door =
  | Exclude<ReadinessFacts["access"], { kind: "open" }>
  | { readonly kind: "open"; readonly held: Held };

const withoutStrangers = (place: ReadinessPlace, door: Door): Door =>
  door.kind === "open" && isStranger(place, door.held) ? { kind: "stranger" } : door;

/** The one question that everybody may ask. */
async function knock({ project }: ReadinessPlace, { policies }: ProjectServices): Promise<Door> {
  const resource = { kind: "project", name: `projects/${project}` } as const;
  const permissions = REQUIRED_PERMISSIONS.map(({ permission }) => permission);
  try {
    return { kind: "open", held: known(await policies.heldPermissions(resource, permissions)) };
  } catch (error) {
    if (hasCode(error, CODE.unauthenticated)) return { kind: "refused", why: error.detail };
    if (isSignInError(error)) return refused(error);
    if (!hasCode(error, CODE.permissionDenied, CODE.notFound)) throw error;
    return error.reason === "SERVICE_DISABLED"
      ? { kind: "open", held: unknown("the Cloud Resource Manager API is off") }
      : { kind: "invisible", why: error.detail };
  }
}

/** Where tokens are fetched, a sign-in may fail before anything is asked. */
const isSignInError = (error: unknown): error is AlError =>
  error instanceof AlError &&
  !(error instanceof GoogleCallError) &&
  error.exit !== EXIT.unavailable;

function refused(error: AlError): Door {
  const { message, why } = error;
  return {
    kind: "refused",
    why: why === undefined ? message : `${message}: ${why}`,
    remedy: remedyOf(error),
    ...(error instanceof ApiOffError ? { offApi: error.host } : {}),
  };
}

async function askAll(
  place: ReadinessPlace,
  held: Held,
  services: ProjectServices,
): Promise<ProjectFacts> {
  const { project } = place;
  const limit = pLimit(PARALLEL_CALLS);
  const name = `projects/${project}`;
  const hosts = neededApis({ images: true, impersonation: true });
  const accounts = new Set(place.agents.map(({ account }) => account));
  const repositories = repositoriesOf(place);
  const [found, on, regions, policy, probe, stores, looked, images] = await Promise.all([
    limit(() => ask(() => services.projects.getProject(project))),
    limit(() => ask(() => services.apis.areOn(project, hosts))),
    limit(() => ask(() => services.regions.listRegions(project))),
    limit(() => askPolicy({ kind: "project", name }, services)),
    limit(() => askProbe(place, services)),
    each(repositories, (repository) => limit(() => askRepository(repository, services))),
    each(accounts, (account) => limit(() => askAccount(account, place, services))),
    askImages(place, services, limit),
  ]);
  const settled = { project: found, policy };
  const secretPolicies = await each(unsettledSecrets(place, settled), (id) =>
    limit(() => askPolicy({ kind: "secret", name: `${name}/secrets/${id}` }, services)),
  );
  return {
    ...{ ...settled, held, services: on, regions, probe, repositories: stores, accounts: looked },
    ...{ images, secretPolicies, seen: services.seen.answered },
  };
}

/** Only Artifact Registry is asked: al has no credentials for others. */
async function askImages(
  { agents }: ReadinessPlace,
  { images }: ProjectServices,
  limit: ReturnType<typeof pLimit>,
): Promise<ProjectFacts["images"]> {
  const references = new Set(agents.flatMap(({ image }) => image ?? []));
  const found = await each(references, async (reference) => {
    const image = artifactImage(reference);
    return image && limit(() => ask(() => images.hasImage(image)));
  });
  return new Map([...found].flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

/** Each key with its answer. */
const each = async <T>(
  keys: Iterable<string>,
  question: (key: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> =>
  new Map(await Promise.all([...keys].map(async (key) => [key, await question(key)] as const)));
