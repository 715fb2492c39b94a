import { repositoryAddress } from "./artifact-image.ts";
import { accountProject, grantCommand, memberOf, prefixCondition } from "./grant-command.ts";
import type { Remedy } from "./readiness-check.ts";
import type { AgentPlace, ReadinessPlace } from "./readiness-facts.ts";
import { apiOf, type RequiredPermission } from "./required-permissions.ts";

/** `terraform apply`, and the resource of the module in terraform/ that it must make. */
const apply = (resource: string, argument?: string): string =>
  `${argument === undefined ? "" : `${argument}; `}terraform apply  # ${resource}`;

export const enableApi = (host: string, { project }: ReadinessPlace): Remedy => ({
  gcloud: `gcloud services enable ${host} --project=${project}`,
  terraform: apply(`google_project_service.this["${host}"]`),
});

/** What the module calls the grant of a permission. */
function grantResource(
  { permission, on, role }: RequiredPermission,
  agent: string | undefined,
): string {
  switch (on) {
    case "project": {
      const role =
        { "run.googleapis.com": "run", "logging.googleapis.com": "logs" }[apiOf(permission)] ??
        "secrets_in_project";
      return `google_project_iam_member.controller["${role}"]`;
    }
    case "secrets":
      return 'google_project_iam_member.controller_secrets["secrets_of_prefix"]';
    case "account":
      return `google_service_account_iam_member.controller_acts_as_runner["${agent}"]`;
    case "repository":
      return `google_artifact_registry_repository_iam_member.controller["${role}"]`;
  }
}

/** Grants the caller a permission; for one on an account, `runner` says on whose. */
export function grantPermission(
  required: RequiredPermission,
  place: ReadinessPlace & { readonly projectNumber: string | undefined },
  runner?: { readonly account: string; readonly key: string },
): Remedy {
  const gcloud = grantCommand(required, { ...place, account: runner?.account });
  const argument = required.on === "secrets" ? prefixArgument(place) : undefined;
  return {
    gcloud: gcloud ?? `gcloud projects get-iam-policy ${place.project}`,
    terraform: apply(grantResource(required, runner?.key), argument),
  };
}

const prefixArgument = ({ secretPrefix }: ReadinessPlace): string | undefined =>
  secretPrefix === "al" ? undefined : `secret_prefix = "${secretPrefix}"`;

export const createProbe = (place: ReadinessPlace): Remedy => ({
  gcloud: `gcloud secrets create ${probeId(place.secretPrefix)} --project=${place.project} --replication-policy=automatic --labels=al-probe=true`,
  terraform: apply("google_secret_manager_secret.probe", prefixArgument(place)),
});

/** The value-less secret that the Terraform module makes beside the real ones. */
export const probeId = (prefix: string): string => `${prefix}--_probe`;

/** The module's name of an account: an agent's own, or the one that all share. */
export const runnerKey = (agents: readonly AgentPlace[]): string =>
  agents.length === 1 ? (agents[0]?.name ?? "shared") : "shared";

const runnerArgument = (account: string, agents: readonly AgentPlace[]): string =>
  agents.length === 1
    ? agentsArgument(agents)
    : `shared_runner = "${account.split("@")[0]}"; ${agentsArgument(agents)}`;

const agentsArgument = (agents: readonly AgentPlace[]): string =>
  `agents = { ${agents
    .map(({ name, credentials }) => `${hclKey(name)} = { credentials = ${list(credentials)} }`)
    .join(", ")} }`;

const hclKey = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : JSON.stringify(name);
const list = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;

export const createAccount = (
  account: string,
  agents: readonly AgentPlace[],
  { project }: ReadinessPlace,
): Remedy => ({
  gcloud: `gcloud iam service-accounts create ${account.split("@")[0]} --project=${accountProject(account) ?? project}`,
  terraform: apply(
    `google_service_account.runner["${runnerKey(agents)}"]`,
    runnerArgument(account, agents),
  ),
});

export const enableAccount = (account: string, { project }: ReadinessPlace): Remedy => ({
  gcloud: `gcloud iam service-accounts enable ${account} --project=${accountProject(account) ?? project}`,
});

/** An account of its own for an agent, as the module names it. */
export const separateAccounts = (
  agents: readonly AgentPlace[],
  { project }: ReadinessPlace,
): Remedy => ({
  gcloud: agents
    .map(({ name }) => `gcloud iam service-accounts create ${accountId(name)} --project=${project}`)
    .join(" && "),
  terraform: apply("google_service_account.runner", agentsArgument(agents)),
});

/** 6 to 30 lower-case letters, digits and dashes (https://cloud.google.com/iam/docs/service-accounts-create). */
const accountId = (agent: string): string =>
  `al-run-${agent.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`.slice(0, 30).replace(/-+$/, "");

/** Lets an agent's account read the secrets of its credentials. */
export function letRunnerRead(
  agent: AgentPlace,
  beginnings: readonly string[],
  place: ReadinessPlace & { readonly projectNumber: string | undefined },
): Remedy {
  const grant = `--member=${memberOf(agent.account)} --role=roles/secretmanager.secretAccessor`;
  return {
    gcloud: `gcloud projects add-iam-policy-binding ${place.project} ${grant} ${prefixCondition(place, beginnings)}`,
    terraform: apply(
      `google_project_iam_member.runner["${agent.name}/1"]`,
      agentsArgument([agent]),
    ),
  };
}

export function createRepository(repository: string): Remedy {
  const [, project, , location, , id] = repository.split("/");
  return {
    gcloud: `gcloud artifacts repositories create ${id} --repository-format=docker --location=${location} --project=${project}`,
    terraform: apply(
      "google_artifact_registry_repository.agents",
      id === "al-agents" ? undefined : `repository_id = "${id}"`,
    ),
  };
}

/** A tag is built and pushed; a digest must be one that is there. */
export function pushImage(
  agent: string,
  image: { readonly reference: string; readonly repository: string; readonly byTag: boolean },
): Remedy {
  return {
    gcloud: image.byTag
      ? `gcloud builds submit agents/${agent} --tag=${image.reference}`
      : `gcloud artifacts docker images list ${repositoryAddress(image.repository)}`,
  };
}
