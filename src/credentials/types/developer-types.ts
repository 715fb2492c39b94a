import type { CredentialType } from "../credential-type.ts";

/** GitHub's token; `gh` and `git` look for different variables. */
export const GITHUB_TOKEN: CredentialType = {
  id: "github_token",
  label: "GitHub Personal Access Token",
  description: "GitHub PAT with repo and workflow scopes",
  section: "runtime",
  helpUrl: "https://github.com/settings/tokens",
  fields: [{ name: "token", label: "Token", kind: "secret", env: ["GITHUB_TOKEN", "GH_TOKEN"] }],
  agentContext: "`GITHUB_TOKEN` and `GH_TOKEN` are set: use `gh` and `git` directly",
};

/** A private key as a file, and who commits. */
export const GIT_SSH: CredentialType = {
  id: "git_ssh",
  label: "SSH Key & Git Identity",
  description: "SSH private key + git author identity",
  section: "runtime",
  helpUrl:
    "https://docs.github.com/authentication/connecting-to-github-with-ssh/generating-a-new-ssh-key-and-adding-it-to-the-ssh-agent",
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
  agentContext: "An SSH key and a git identity are set: `git clone`, `commit` and `push` work",
};

/** AWS access keys, under the names that its SDKs read. */
export const AWS: CredentialType = {
  id: "aws",
  label: "AWS Credentials",
  description: "AWS credentials",
  section: "runtime",
  helpUrl: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
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
      optional: true,
      env: ["AWS_DEFAULT_REGION"],
    },
  ],
  agentContext:
    "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_DEFAULT_REGION` are set: use `aws` or an SDK directly",
};
