import type { FieldKind } from "./credential.ts";

/** The three tables of the credential page. Infrastructure types never reach an agent. */
export type Section = "runtime" | "webhook" | "infrastructure";

export type FieldType = {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  /** An instance is whole without it. */
  readonly optional?: boolean;
  /** Environment variables that an agent gets with this field's value. */
  readonly env?: readonly string[];
  /** Names that other versions of Action Llama give the same field's file; read, and kept up to date where they exist. */
  readonly alternatives?: readonly string[];
};

/** What is known of a built-in credential type. */
export type CredentialType = {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly section: Section;
  /** Where a person gets such a credential. */
  readonly helpUrl?: string;
  /** In the order in which they are asked for. */
  readonly fields: readonly FieldType[];
  /** One line of Markdown that tells an agent what it has. */
  readonly agentContext?: string;
  /** Not on the credential page: a type that newer versions of Action Llama store. */
  readonly extension?: true;
};
