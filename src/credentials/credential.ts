import type { CredentialRef } from "./ref.ts";
import type { Secret } from "./secret.ts";

/**
 * `plain` may be shown; `secret` must never be; `key` is a secret whose file ends with exactly one newline,
 * because OpenSSH refuses a private key without it.
 */
export type FieldKind = "plain" | "secret" | "key";

export type CredentialField = {
  readonly name: string;
  readonly kind: FieldKind;
  /** The bytes of the file that the agent sees: the trimmed value, and one newline after a key. */
  readonly content: Secret;
  /** Environment variables that carry this field, in the registry's order. */
  readonly env: readonly string[];
};

/** One stored instance with its non-empty fields, sorted by name. */
export type Credential = {
  readonly ref: CredentialRef;
  readonly fields: readonly CredentialField[];
};
