import { CODE, hasCode } from "../gcp/google-call-error.ts";
import type { PolicyResource } from "../gcp/iam-policies.ts";
import type { ProjectServices } from "../gcp/project-services.ts";
import { accountName } from "../gcp/service-accounts.ts";
import {
  type AccountState,
  type Asked,
  type IamPolicy,
  known,
  type ProbeFacts,
  type ProjectFacts,
  type ReadinessPlace,
  type RepositoryFacts,
} from "../mapping/readiness-facts.ts";
import { probeId } from "../mapping/readiness-remedies.ts";
import { type GrantedOn, REQUIRED_PERMISSIONS } from "../mapping/required-permissions.ts";
import { ask } from "./ask.ts";

const NONE: ReadonlySet<string> = new Set();

const permissionsOn = (on: GrantedOn): string[] =>
  REQUIRED_PERMISSIONS.filter((each) => each.on === on).map(({ permission }) => permission);

/** A resource that is not there has a policy without bindings. */
export const askPolicy = (
  resource: PolicyResource,
  { policies }: Pick<ProjectServices, "policies">,
): Promise<Asked<IamPolicy>> =>
  ask(async () => (await policies.findPolicy(resource)) ?? { bindings: [] });

type AccountFacts = NonNullable<ReturnType<ProjectFacts["accounts"]["get"]>>;

/** Who may not read an account may still learn from the test of permissions that it is not there. */
export async function askAccount(
  account: string,
  { project }: ReadinessPlace,
  { accounts, policies }: ProjectServices,
): Promise<AccountFacts> {
  const name = accountName(account, project);
  const [state, held] = await Promise.all([
    ask(async (): Promise<AccountState> => {
      const found = await accounts.findAccount(account, project);
      return found === undefined ? "absent" : found.disabled ? "disabled" : "enabled";
    }),
    ask(() => findHeld({ kind: "account", name }, permissionsOn("account"), policies)),
  ]);
  const isAbsent = held.kind === "known" && held.value === undefined;
  return {
    state: state.kind === "unknown" && isAbsent ? known("absent") : state,
    held: held.kind === "known" ? known(held.value ?? NONE) : held,
  };
}

/** The same for a repository. */
export async function askRepository(
  repository: string,
  { images, policies }: ProjectServices,
): Promise<RepositoryFacts> {
  const resource = { kind: "repository", name: repository } as const;
  const [exists, held] = await Promise.all([
    ask(() => images.hasRepository(repository)),
    ask(() => findHeld(resource, permissionsOn("repository"), policies)),
  ]);
  const isAbsent = held.kind === "known" && held.value === undefined;
  return {
    exists: exists.kind === "unknown" && isAbsent ? known(false) : exists,
    held: held.kind === "known" ? known(held.value ?? NONE) : held,
  };
}

/**
 * A secret that is not there and one on which nothing is held look the same to the test of permissions
 * (https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/testIamPermissions), so an empty answer is
 * followed by a look at the list.
 */
export async function askProbe(
  { project, secretPrefix }: ReadinessPlace,
  { policies, secrets }: ProjectServices,
): Promise<ProbeFacts> {
  const id = probeId(secretPrefix);
  const name = `projects/${project}/secrets/${id}`;
  const held = await ask(() =>
    policies.heldPermissions({ kind: "secret", name }, permissionsOn("secrets")),
  );
  if (held.kind === "unknown") return held;
  if (held.value.size > 0) return { kind: "there", held: held.value };
  const exists = await ask(() => secrets.hasSecret(project, id));
  if (exists.kind === "unknown") return exists;
  return exists.value ? { kind: "there", held: NONE } : { kind: "absent" };
}

/** Undefined when the resource is not there. */
async function findHeld(
  resource: PolicyResource,
  permissions: readonly string[],
  policies: ProjectServices["policies"],
): Promise<ReadonlySet<string> | undefined> {
  try {
    return await policies.heldPermissions(resource, permissions);
  } catch (error) {
    if (hasCode(error, CODE.notFound)) return undefined;
    throw error;
  }
}
