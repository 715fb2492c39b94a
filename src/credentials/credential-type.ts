import type { FieldKind } from "./credential.ts";

/** The three tables of the credential page. Infrastructure types never reach an agent. */
export type Section = "runtime" | "webhook" | "infrastructure";

export type FieldType = {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  /** Environment variables that an agent gets with this field's value. */
  readonly env?: readonly string[];
};

/** What is known of a built-in credential type. */
export type CredentialType = {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly section: Section;
  /** In the order in which they are asked for. */
  readonly fields: readonly FieldType[];
};
