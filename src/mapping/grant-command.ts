import type { RequiredPermission } from "./required-permissions.ts";

/** Whom a grant is for, and where; what is not known is left out. */
export type GrantPlace = {
  readonly project: string;
  /** E-mail address of the caller, or what else al knows it by. */
  readonly principal: string;
  /** Undefined: the command finds it out. */
  readonly projectNumber?: string | undefined;
  /** What the ids of al's secrets begin with, without the divider. */
  readonly secretPrefix?: string | undefined;
  /** The service account that agents run as. */
  readonly account?: string | undefined;
  /** `projects/P/locations/L/repositories/R` */
  readonly repository?: string | undefined;
};

/** How IAM policies write an identity. Who is known by no address must be filled in. */
export function memberName(principal: string): string {
  if (principal.startsWith("principal")) return principal;
  if (!principal.includes("@")) return "user:<your account>";
  return principal.endsWith("gserviceaccount.com")
    ? `serviceAccount:${principal}`
    : `user:${principal}`;
}

/** The same as a word of a shell. */
export function memberOf(principal: string): string {
  const member = memberName(principal);
  return /^(user|serviceAccount):[^<]*$/.test(member) ? member : `"${member}"`;
}

/**
 * The gcloud command that grants what is missing, as narrowly as predefined roles allow.
 * Undefined where it is not known on what.
 */
export function grantCommand(
  { on, role }: Pick<RequiredPermission, "on" | "role">,
  place: GrantPlace,
): string | undefined {
  const { project, account, repository, secretPrefix } = place;
  const grant = `--member=${memberOf(place.principal)} --role=${role}`;
  switch (on) {
    case "project":
      // A policy that holds conditions asks for one, so "none" is said: https://cloud.google.com/iam/docs/managing-conditional-role-bindings
      return `gcloud projects add-iam-policy-binding ${project} ${grant} --condition=None`;
    case "secrets":
      return secretPrefix === undefined
        ? undefined
        : `gcloud projects add-iam-policy-binding ${project} ${grant} ${prefixCondition(place, [secretPrefix])}`;
    case "account":
      return account === undefined
        ? undefined
        : `gcloud iam service-accounts add-iam-policy-binding ${account} --project=${accountProject(account) ?? project} ${grant}`;
    case "repository": {
      const [, owner, , location, , id] = repository?.split("/") ?? [];
      return id === undefined
        ? undefined
        : `gcloud artifacts repositories add-iam-policy-binding ${id} --location=${location} --project=${owner} ${grant}`;
    }
  }
}

/** `beginnings` are those of ids, without the divider. Conditions know projects by number only (https://cloud.google.com/iam/docs/conditions-resource-attributes). */
function prefixCondition(
  { project, projectNumber }: Pick<GrantPlace, "project" | "projectNumber">,
  beginnings: readonly string[],
  title = "action-llama",
): string {
  const number =
    projectNumber ?? `$(gcloud projects describe ${project} --format='value(projectNumber)')`;
  const expression = beginnings
    .map((each) => `resource.name.startsWith('projects/${number}/secrets/${each}--')`)
    .join(" || ");
  return `--condition="title=${title},expression=${expression}"`;
}

/**
 * How many names one condition may hold: IAM takes 12 logical operators (https://cloud.google.com/iam/quotas).
 * terraform/runners.tf divides the same way.
 */
export const NAMES_PER_CONDITION = 13;

/** Lets a service account read the secrets whose ids begin so, with as many grants as IAM asks for. */
export function readerCommand(
  account: string,
  beginnings: readonly string[],
  place: Pick<GrantPlace, "project" | "projectNumber">,
): string {
  const chunks = chunked(beginnings, NAMES_PER_CONDITION);
  const grant = `--member=${memberOf(account)} --role=roles/secretmanager.secretAccessor`;
  const title = (index: number): string =>
    chunks.length === 1 ? "action-llama" : `action-llama-${index + 1}`;
  return chunks
    .map((chunk, index) => prefixCondition(place, chunk, title(index)))
    .map((only) => `gcloud projects add-iam-policy-binding ${place.project} ${grant} ${only}`)
    .join(" && ");
}

export const chunked = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** The project of a service account, as its address tells; undefined for Google's own. */
export const accountProject = (email: string): string | undefined =>
  /@([a-z][a-z0-9-]*)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
