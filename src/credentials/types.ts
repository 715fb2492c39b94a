import type { CredentialType, FieldType } from "./credential-type.ts";

const GITHUB_TOKEN: CredentialType = {
  id: "github_token",
  label: "GitHub Personal Access Token",
  description: "GitHub PAT with repo and workflow scopes",
  section: "runtime",
  fields: [{ name: "token", label: "Token", kind: "secret", env: ["GITHUB_TOKEN", "GH_TOKEN"] }],
};

const GIT_SSH: CredentialType = {
  id: "git_ssh",
  label: "SSH Key & Git Identity",
  description: "SSH private key + git author identity",
  section: "runtime",
  fields: [
    { name: "id_rsa", label: "Private key", kind: "key" },
    {
      name: "username",
      label: "Git user name",
      kind: "plain",
      env: ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"],
    },
    {
      name: "email",
      label: "Git e-mail",
      kind: "plain",
      env: ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"],
    },
  ],
};

const ANTHROPIC_KEY: CredentialType = {
  id: "anthropic_key",
  label: "Anthropic API Credential",
  description: "Anthropic API key, OAuth token, or pi auth",
  section: "runtime",
  fields: [{ name: "token", label: "API key or OAuth token", kind: "secret" }],
};

const AWS: CredentialType = {
  id: "aws",
  label: "AWS Credentials",
  description: "AWS credentials",
  section: "runtime",
  fields: [
    {
      name: "access_key_id",
      label: "Access key id",
      kind: "plain",
      env: ["AWS_ACCESS_KEY_ID"],
    },
    {
      name: "secret_access_key",
      label: "Secret access key",
      kind: "secret",
      env: ["AWS_SECRET_ACCESS_KEY"],
    },
    {
      name: "default_region",
      label: "Default region",
      kind: "plain",
      env: ["AWS_DEFAULT_REGION"],
    },
  ],
};

const GCP_SERVICE_ACCOUNT: CredentialType = {
  id: "gcp_service_account",
  label: "GCP Service Account Key",
  description: "GCP service account JSON key for the Cloud Run Jobs runtime",
  section: "infrastructure",
  fields: [{ name: "key_json", label: "Key JSON", kind: "secret" }],
};

/** Every built-in type. */
export const CREDENTIAL_TYPES: readonly CredentialType[] = [
  GITHUB_TOKEN,
  ANTHROPIC_KEY,
  GIT_SSH,
  AWS,
  GCP_SERVICE_ACCOUNT,
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
