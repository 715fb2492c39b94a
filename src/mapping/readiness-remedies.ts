import { shellWord } from "../credentials/shell-word.ts";
import { repositoryAddress } from "./artifact-image.ts";
import { accountProject, grantCommand, memberOf, prefixCondition } from "./grant-command.ts";
import { hclAgent, hclText } from "./hcl-text.ts";
import type { Remedy } from "./readiness-check.ts";
import type { AgentPlace, ReadinessPlace } from "./readiness-facts.ts";
import { apiOf, type RequiredPermission } from "./required-permissions.ts";
import { runnerAccountId } from "./runner-account.ts";

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
  ownRunner(agents)?.name ?? "shared";

/** The only agent of an account that is named for it. */
function ownRunner([agent, ...others]: readonly AgentPlace[]): AgentPlace | undefined {
  if (agent === undefined || others.length > 0) return undefined;
  return agent.account.startsWith(`${runnerAccountId(agent.name)}@`) ? agent : undefined;
}

const runnerArgument = (account: string, agents: readonly AgentPlace[]): string =>
  ownRunner(agents) === undefined
    ? `shared_runner = ${hclText(account.split("@")[0] ?? "")}; ${agentsArgument(agents)}`
    : agentsArgument(agents);

const agentsArgument = (agents: readonly AgentPlace[]): string =>
  `agents = { ${agents.map(hclAgent).join(", ")} }`;

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
    .map(
      ({ name }) =>
        `gcloud iam service-accounts create ${runnerAccountId(name)} --project=${project}`,
    )
    .join(" && "),
  terraform: apply("google_service_account.runner", agentsArgument(agents)),
});

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
      ? `docker build --tag=${image.reference} ${shellWord(`agents/${agent}`)} && docker push ${image.reference}`
      : `gcloud artifacts docker images list ${repositoryAddress(image.repository)}`,
  };
}
