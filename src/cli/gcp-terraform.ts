import { accountOf } from "../config/cloud-config.ts";
import type { CloudTable } from "../config/schema.ts";
import { ConfigError } from "../errors.ts";
import { runnerAccountId } from "../mapping/runner-account.ts";
import { mainTf } from "../mapping/terraform-config.ts";
import type { GcpInitOptions } from "./gcp-asking.ts";
import type { GcpPlace } from "./gcp-place.ts";
import { packageDirectory } from "./package-directory.ts";

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
    sharedRunner: shared === undefined ? undefined : accountId(shared, project),
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
    const id = account === undefined ? derived : accountId(account, table.project ?? "");
    const other = agentOf.get(id);
    if (other !== undefined) throw notOwn(id, other, agent.name);
    agentOf.set(id, agent.name);
    return { ...agent, accountId: id === derived ? undefined : id };
  });
}

function accountId(email: string, project: string): string {
  const [id = "", domain] = email.split("@");
  if (domain === `${project}.iam.gserviceaccount.com`) return id;
  throw new ConfigError({
    what: `The service account ${email} is not one of ${project}`,
    why: "the Terraform module makes the agents' accounts in the project itself",
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
