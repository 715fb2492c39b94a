import type { CredentialType, FieldType } from "./credential-type.ts";
import { AWS, GIT_SSH, GITHUB_TOKEN } from "./types/developer-types.ts";
import { INFRASTRUCTURE_TYPES } from "./types/infrastructure-types.ts";
import { ANTHROPIC_KEY, MODEL_KEY_TYPES } from "./types/model-key-types.ts";
import { SERVICE_TYPES } from "./types/service-types.ts";
import { EXTENSION_TYPES, REDDIT_OAUTH, X_TWITTER_API } from "./types/social-types.ts";
import { WEBHOOK_TYPES } from "./types/webhook-types.ts";

/** Every built-in type, in the credential page's order; extensions come last. */
export const CREDENTIAL_TYPES: readonly CredentialType[] = [
  GITHUB_TOKEN,
  ANTHROPIC_KEY,
  ...MODEL_KEY_TYPES,
  ...SERVICE_TYPES,
  GIT_SSH,
  X_TWITTER_API,
  AWS,
  REDDIT_OAUTH,
  ...WEBHOOK_TYPES,
  ...INFRASTRUCTURE_TYPES,
  ...EXTENSION_TYPES,
];

/** The built-in type of that id, or undefined: unknown types are usable as files. */
export function findType(id: string): CredentialType | undefined {
  return CREDENTIAL_TYPES.find((type) => type.id === id);
}

/** How a field is to be treated; what no type declares counts as a secret without env. */
export function fieldType(type: string, field: string): FieldType {
  const declared = findType(type)?.fields.find(({ name }) => name === field);
  return declared ?? { name: field, label: field, kind: "secret" };
}

/** The name under which a stored file is presented: the registry's, where the file has an older name for the same field. */
export function presentedName(type: string, file: string): string {
  const fields = findType(type)?.fields ?? [];
  return fields.find(({ alternatives = [] }) => alternatives.includes(file))?.name ?? file;
}
