import { createHash } from "node:crypto";

/** Ids of service accounts have at most 30 characters (https://cloud.google.com/iam/docs/service-accounts-create). */
const BEGINNING = "al-run-";
const MAX_NAME = 30 - BEGINNING.length;
const MAX_SLUG = 14;

/**
 * Id of the account that `terraform/` makes for an agent: `al-run-<agent>` where that is legal, else a readable beginning and 32 bits of
 * SHA-256 of the name. terraform/accounts.tf derives the same.
 */
export function runnerAccountId(agent: string): string {
  // Terraform normalises every text that it is given (https://developer.hashicorp.com/terraform/language/expressions/types).
  const name = agent.normalize("NFC");
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && name.length <= MAX_NAME) return BEGINNING + name;
  const slug = [...name]
    .map(lowerCase)
    .join("")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, MAX_SLUG)
    .replace(/-+$/, "");
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return BEGINNING + (slug === "" ? digest : `${slug}-${digest}`);
}

/** Go lowers this one letter to a plain i, JavaScript to an i with a dot of its own. */
const lowerCase = (letter: string): string => (letter === "İ" ? "i" : letter.toLowerCase());

export const accountEmail = (accountId: string, project: string): string =>
  `${accountId}@${project}.iam.gserviceaccount.com`;
