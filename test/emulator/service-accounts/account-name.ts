import { createHash } from "node:crypto";
import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { Platform, Project } from "../core/platform.ts";

/** A service account that exists, with the project that owns it. */
export type Account = {
  readonly email: string;
  readonly project: Project;
  readonly disabled?: boolean;
};

/**
 * The account of `projects/P/serviceAccounts/EMAIL_OR_UNIQUE_ID`, where P may be `-`. The caller is refused before
 * it learns whether the account exists.
 */
export function accountOf(
  platform: Platform,
  name: unknown,
  { permission, authorize }: { permission: string; authorize(p: string, resource: string): void },
): Account {
  const [, parent = "", given = ""] =
    /^projects\/([^/]+)\/serviceAccounts\/([^/]+)$/.exec(String(name)) ?? [];
  const account = platform.identities
    .accounts()
    .find(({ email }) => email === given || uniqueIdOf(email) === given);
  const owner = account === undefined ? undefined : platform.identities.ownerOf(account.email);
  const asked = parent === "-" ? owner : platform.findProject(parent);
  const email = account?.email ?? given;
  authorize(permission, `projects/${asked?.number ?? parent}/serviceAccounts/${email}`);
  if (account === undefined || owner === undefined || asked?.number !== owner.number)
    throw new GoogleError("NOT_FOUND", `Unknown service account: ${given}`);
  return { email, project: owner, disabled: platform.identities.isDisabled(email) };
}

/** The resource name with the project number, as policies and conditions know it. */
export const resourceNameOf = ({ email, project }: Account): string =>
  `projects/${project.number}/serviceAccounts/${email}`;

/** google.iam.admin.v1.ServiceAccount in JSON form. */
export const toResource = ({ email, project, disabled }: Account): Json => ({
  name: `projects/${project.id}/serviceAccounts/${email}`,
  projectId: project.id,
  uniqueId: uniqueIdOf(email),
  email,
  displayName: email.split("@")[0],
  etag: "MDEwMjE5MjA=",
  oauth2ClientId: uniqueIdOf(email),
  ...(disabled && { disabled }),
});

// 21 digits, as Google's are.
function uniqueIdOf(email: string): string {
  const digest = createHash("sha256").update(email).digest();
  return `1${(digest.readBigUInt64BE() % 10n ** 20n).toString().padStart(20, "0")}`;
}
