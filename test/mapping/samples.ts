import type { AgentConfig, CloudConfig } from "../../src/config/config.ts";
import type { Credential, CredentialField, FieldKind } from "../../src/credentials/credential.ts";
import { parseRef } from "../../src/credentials/ref.ts";
import { Secret } from "../../src/credentials/secret.ts";
import type { Pins } from "../../src/mapping/secret-plan.ts";

/** A field with a value that is obviously made up. */
export function field(
  name: string,
  options: { kind?: FieldKind; env?: readonly string[]; value?: string } = {},
): CredentialField {
  const { kind = "secret", env = [], value = `fake-${name}` } = options;
  return { name, kind, env, content: new Secret(value) };
}

export const credential = (ref: string, ...fields: readonly CredentialField[]): Credential => ({
  ref: parseRef(ref),
  fields,
});

export const GITHUB = credential(
  "github_token",
  field("token", { env: ["GITHUB_TOKEN", "GH_TOKEN"] }),
);

export const GIT_SSH = credential(
  "git_ssh:botty",
  field("email", { kind: "plain", env: ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] }),
  field("id_rsa", { kind: "key", value: "fake-key\n" }),
  field("username", { kind: "plain", env: ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] }),
);

/** Pins as a table: secret id → field → version. */
export const pins = (table: Readonly<Record<string, Readonly<Record<string, string>>>>): Pins =>
  new Map(
    Object.entries(table).map(([id, versions]) => [id, new Map(Object.entries(versions))] as const),
  );

export const CLOUD: CloudConfig = {
  project: "demo-project",
  region: "us-central1",
  serviceAccount: "al-runner@demo-project.iam.gserviceaccount.com",
  credential: "gcp_service_account",
  secretPrefix: "al",
  memory: undefined,
  cpus: undefined,
  labels: {},
  vpc: undefined,
  encryptionKey: undefined,
  secretLocations: [],
};

export const AGENT: AgentConfig = {
  name: "dev",
  credentials: ["github_token", "git_ssh:botty"],
  models: [],
  timeoutSeconds: 900,
  container: {
    image: "host.local/agent:latest",
    command: [],
    args: [],
    memory: undefined,
    cpus: undefined,
    env: {},
  },
};
