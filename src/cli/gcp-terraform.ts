import { accountOf } from "../config/cloud-config.ts";
import type { CloudTable } from "../config/schema.ts";
import { ConfigError } from "../errors.ts";
import { repositoryAddress } from "../mapping/artifact-image.ts";
import { runnerAccountId } from "../mapping/runner-account.ts";
import { mainTf } from "../mapping/terraform-config.ts";
import type { GcpInitOptions } from "./gcp-asking.ts";
import type { GcpPlace } from "./gcp-place.ts";
import { USUAL_REPOSITORY } from "./gcp-repository.ts";
import { packageDirectory } from "./package-directory.ts";
import { repositoryOf } from "./readiness-place.ts";

/** What the module calls the account that al signs in as. */
const USUAL_CONTROLLER = "al-controller";

/**
 * A main.tf that makes the project ready for what `[cloud]` says.
 * @throws ConfigError for accounts that the module cannot make
 */
export async function gcpTerraform(
  table: CloudTable,
  { needs }: Pick<GcpPlace, "needs">,
  options: GcpInitOptions,
): Promise<string> {
  const project = table.project ?? "";
  const shared = sharedRunner(table, needs);
  return mainTf({
    source: await packageDirectory("terraform"),
    project,
    region: table.region,
    secretPrefix: table.secret_prefix,
    secretLocations: table.secret_locations ?? [],
    repositoryId: unlessUsual(repositoryId(table, project), USUAL_REPOSITORY),
    controllerId: unlessUsual(controllerId(table, project), USUAL_CONTROLLER),
    sharedRunner:
      shared === undefined
        ? undefined
        : accountId(shared, { project, whose: "the agents' accounts" }),
    agents:
      shared === undefined
        ? withAccounts(table, needs)
        : needs.map((agent) => ({ ...agent, accountId: undefined })),
    members: options.member ?? [],
    createKey: options.auth === "key",
  });
}

/** The one account of all agents; undefined when some have their own. */
function sharedRunner(table: CloudTable, needs: GcpPlace["needs"]): string | undefined {
  const { service_account: shared } = table;
  return needs.every(({ name }) => accountOf(table, name) === shared) ? shared : undefined;
}

type AgentWithAccount = GcpPlace["needs"][number] & { readonly accountId: string | undefined };

/** Each with its account's id, unless it is the one that the module chooses itself. */
function withAccounts(table: CloudTable, needs: GcpPlace["needs"]): AgentWithAccount[] {
  const agentOf = new Map<string, string>();
  return needs.map((agent) => {
    const account = accountOf(table, agent.name);
    const derived = runnerAccountId(agent.name);
    const id =
      account === undefined
        ? derived
        : accountId(account, { project: table.project ?? "", whose: "the agents' accounts" });
    const other = agentOf.get(id);
    if (other !== undefined) throw notOwn(id, other, agent.name);
    agentOf.set(id, agent.name);
    return { ...agent, accountId: id === derived ? undefined : id };
  });
}

/** The account that `[cloud]` says al acts as. With a key or other credentials it is the module's own. */
const controllerId = ({ auth, impersonate }: CloudTable, project: string): string | undefined =>
  auth === "impersonate" && impersonate !== undefined
    ? accountId(impersonate, { project, whose: "the account that al acts as" })
    : undefined;

function repositoryId(
  { artifact_registry, region }: CloudTable,
  project: string,
): string | undefined {
  if (artifact_registry === undefined) return undefined;
  const [, owner, , location, , id = ""] = repositoryOf(artifact_registry).split("/");
  if (owner === project && location === region) return id;
  const moved = `projects/${project}/locations/${region}/repositories/${id}`;
  throw new ConfigError({
    what: `The repository ${artifact_registry} is not one of ${project} in ${region}`,
    why: "the Terraform module makes the repository for images in the project and region itself",
    remedy: `al gcp init --artifact-registry ${repositoryAddress(moved)}`,
  });
}

const unlessUsual = (id: string | undefined, usual: string): string | undefined =>
  id === usual ? undefined : id;

function accountId(
  email: string,
  { project, whose }: { readonly project: string; readonly whose: string },
): string {
  const [id = "", domain] = email.split("@");
  if (domain === `${project}.iam.gserviceaccount.com`) return id;
  throw new ConfigError({
    what: `The service account ${email} is not one of ${project}`,
    why: `the Terraform module makes ${whose} in the project itself`,
    remedy: `Name an account of the project in [cloud], for example: ${id}@${project}.iam.gserviceaccount.com`,
  });
}

const notOwn = (id: string, one: string, other: string): ConfigError =>
  new ConfigError({
    what: `The agents "${one}" and "${other}" have the account ${id} together, and others have their own`,
    why: "the Terraform module makes one account for each agent, or one for all",
    remedy:
      "al gcp init --runners per-agent   (or --runners shared), then print the Terraform again",
  });
