import { accountProject, grantCommand, readerCommand } from "./grant-command.ts";
import { apply, applyForCaller } from "./module-controller.ts";
import { grantsOf, moduleRunners, separatedArgument } from "./module-runners.ts";
import type { Remedy } from "./readiness-check.ts";
import type { AgentPlace, ReadinessPlace } from "./readiness-facts.ts";
import { moduleRepository } from "./repositories.ts";
import { apiOf, type RequiredPermission } from "./required-permissions.ts";
import { runnerAccountId } from "./runner-account.ts";

type Numbered = ReadinessPlace & { readonly projectNumber: string | undefined };

/** Both forms, where Terraform has a part. */
const remedy = (gcloud: string, terraform: string | undefined): Remedy =>
  terraform === undefined ? { gcloud } : { gcloud, terraform };

export const enableApi = (host: string, { project }: Pick<ReadinessPlace, "project">): Remedy => ({
  gcloud: `gcloud services enable ${host} --project=${project}`,
  terraform: moduleApi(host),
});

/** The module enables every API that al needs. */
const moduleApi = (host: string): string => apply(`google_project_service.this["${host}"]`);

/** Grants the caller a permission on the project, or on secrets of al's prefix. */
export function grantPermission(required: RequiredPermission, place: Numbered): Remedy {
  const { permission, on } = required;
  const gcloud = grantCommand(required, { ...place, repository: undefined });
  const terraform =
    on === "secrets"
      ? applyForCaller(place, SECRETS_OF_PREFIX, prefixArgument(place))
      : applyForCaller(place, `google_project_iam_member.controller["${roleOf(permission)}"]`);
  return remedy(gcloud ?? `gcloud projects get-iam-policy ${place.project}`, terraform);
}

const SECRETS_OF_PREFIX = 'google_project_iam_member.controller_secrets["secrets_of_prefix"]';

/** What the module calls the role that holds a permission on the project. */
const roleOf = (permission: string): string =>
  ({ "run.googleapis.com": "run", "logging.googleapis.com": "logs" })[apiOf(permission)] ??
  "secrets_in_project";

/** Grants the caller a permission on an account that agents run as. */
export function grantOnAccount(
  required: RequiredPermission,
  account: string,
  place: ReadinessPlace,
): Remedy {
  const gcloud = grantCommand(required, { ...place, account });
  const key = moduleRunners(place)?.byAccount.get(account)?.key;
  const resource = `google_service_account_iam_member.controller_acts_as_runner["${key}"]`;
  return remedy(
    gcloud ?? `gcloud iam service-accounts get-iam-policy ${account}`,
    key === undefined ? undefined : applyForCaller(place, resource),
  );
}

/** Grants the caller a permission on a repository. */
export function grantOnRepository(
  required: RequiredPermission,
  repository: string,
  place: ReadinessPlace,
): Remedy {
  const gcloud = grantCommand(required, { ...place, repository });
  const resource = `google_artifact_registry_repository_iam_member.controller["${required.role}"]`;
  return remedy(
    gcloud ?? `gcloud artifacts repositories get-iam-policy ${repository}`,
    moduleRepository(place) === repository ? applyForCaller(place, resource) : undefined,
  );
}

const prefixArgument = ({ secretPrefix }: ReadinessPlace): string | undefined =>
  secretPrefix === "al" ? undefined : `secret_prefix = "${secretPrefix}"`;

export const createProbe = (place: ReadinessPlace): Remedy => ({
  gcloud: `gcloud secrets create ${probeId(place.secretPrefix)} --project=${place.project} --replication-policy=automatic --labels=al-probe=true`,
  terraform: apply("google_secret_manager_secret.probe", prefixArgument(place)),
});

/** The value-less secret that the Terraform module makes beside the real ones. */
export const probeId = (prefix: string): string => `${prefix}--_probe`;

/** `verb` is gcloud's: Terraform brings an account into the state that the module says, whatever is wrong with it. */
export function mendAccount(
  account: string,
  verb: "create" | "enable",
  place: ReadinessPlace,
): Remedy {
  const name = verb === "create" ? account.split("@")[0] : account;
  const module = moduleRunners(place);
  const key = module?.byAccount.get(account)?.key;
  return remedy(
    `gcloud iam service-accounts ${verb} ${name} --project=${accountProject(account) ?? place.project}`,
    key === undefined
      ? undefined
      : apply(`google_service_account.runner["${key}"]`, module?.argument),
  );
}

/** An account of its own for an agent, as the module names it. */
export const separateAccounts = (
  agents: readonly { readonly name: string }[],
  place: ReadinessPlace,
): Remedy => ({
  gcloud: [
    ...agents.map(
      ({ name }) =>
        `gcloud iam service-accounts create ${runnerAccountId(name)} --project=${place.project}`,
    ),
    `al gcp init${place.alFlags} --runners per-agent`,
  ].join(" && "),
  terraform: apply("google_service_account.runner", separatedArgument(place)),
});

/** Lets an agent's account read the secrets whose ids begin so. */
export function letRunnerRead(
  { account }: AgentPlace,
  beginnings: readonly string[],
  place: Numbered,
): Remedy {
  const module = moduleRunners(place);
  const runner = module?.byAccount.get(account);
  const wanted = beginnings.map((beginning) => `${beginning}--`);
  return remedy(
    readerCommand(account, beginnings, place),
    runner === undefined
      ? undefined
      : apply(grantsOf(runner, wanted).join(", "), prefixArgument(place), module?.argument),
  );
}

export function createRepository(repository: string, place: ReadinessPlace): Remedy {
  const [, project, , location, , id] = repository.split("/");
  return remedy(
    `gcloud artifacts repositories create ${id} --repository-format=docker --location=${location} --project=${project}`,
    moduleRepository(place) === repository
      ? apply(
          "google_artifact_registry_repository.agents",
          id === "al-agents" ? undefined : `repository_id = "${id}"`,
        )
      : undefined,
  );
}
