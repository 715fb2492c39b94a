import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world.ts";

const POOL = "projects/123456789012/locations/global/workloadIdentityPools/outside";
const PROVIDER = `${POOL}/providers/forge`;
const SUBJECT = "repo:acme/app";
export const FEDERATED = `principal://iam.googleapis.com/${POOL}/subject/${SUBJECT}`;

export const CONTROLLER = "al-controller@demo-project.iam.gserviceaccount.com";
export const TARGET = "al-target@demo-project.iam.gserviceaccount.com";
/** Somebody who may act as nobody. */
export const LONER = "al-loner@demo-project.iam.gserviceaccount.com";
/** In a project that lacks the API for impersonation. */
export const FAR = "al-far@demo-two.iam.gserviceaccount.com";

export const PERSON = {
  email: "ada@example.com",
  clientId: "demo-client",
  clientSecret: "obviouslyFakeClientSecret0001",
  refreshToken: "1//obviouslyFakeRefreshToken0001",
};

/** People, accounts and an outside provider, with what each may do. */
export async function seedCallers(world: World): Promise<void> {
  const owners = [`user:${PERSON.email}`, `serviceAccount:${TARGET}`, FEDERATED];
  await world.control("/emulator/seed", {
    users: [PERSON],
    serviceAccounts: [{ email: TARGET }, { email: LONER }],
    workloadIdentityProviders: [
      {
        name: PROVIDER,
        issuer: "https://forge.example",
        attributeMapping: {
          "google.subject": "assertion.sub",
          "attribute.repository": "assertion.repository",
        },
        attributeCondition: "assertion.repository == 'acme/app'",
      },
    ],
    policies: [
      { resource: "projects/demo-project", bindings: [{ role: "roles/owner", members: owners }] },
      {
        resource: `projects/demo-project/serviceAccounts/${TARGET}`,
        bindings: [
          {
            role: "roles/iam.serviceAccountTokenCreator",
            members: [`serviceAccount:${CONTROLLER}`, `user:${PERSON.email}`],
          },
          {
            role: "roles/iam.workloadIdentityUser",
            members: [`principalSet://iam.googleapis.com/${POOL}/attribute.repository/acme/app`],
          },
        ],
      },
    ],
  });
  await world.control("/emulator/seed", {
    project: { id: "demo-two", number: "222222222222" },
    services: ["run.googleapis.com"],
    serviceAccounts: [{ email: FAR }],
    policies: [
      {
        resource: "projects/demo-two",
        bindings: [
          {
            role: "roles/iam.serviceAccountTokenCreator",
            members: [`serviceAccount:${CONTROLLER}`],
          },
        ],
      },
    ],
  });
}

/** Writes a file to sign in with and answers its path. */
export function adcFile(world: World, name: string, content: unknown): string {
  const directory = join(world.directory, "sign-in");
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** What gcloud writes when a person signs in. */
export const personFile = (more: object = {}): object => ({
  type: "authorized_user",
  client_id: PERSON.clientId,
  client_secret: PERSON.clientSecret,
  refresh_token: PERSON.refreshToken,
  quota_project_id: "demo-project",
  ...more,
});

/** What gcloud writes for an outside identity whose provider leaves its token in a file. */
export function outsideFile(world: World, subjectToken: string, more: object = {}): object {
  return {
    type: "external_account",
    audience: `//iam.googleapis.com/${PROVIDER}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${world.emulator.url}/v1/token`,
    credential_source: { file: adcFile(world, "subject-token", subjectToken) },
    ...more,
  };
}

export const impersonationUrl = (base: string, account: string): string =>
  `${base}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;

/** A token as the outside provider would sign it. */
export async function subjectToken(world: World, claims: object = {}): Promise<string> {
  const { token } = (await world.ask("/emulator/subject-tokens", {
    provider: PROVIDER,
    claims: { sub: SUBJECT, repository: "acme/app", ...claims },
  })) as { token: string };
  return token;
}

/** The address of a metadata server as a machine of this account has one. */
export async function metadataHost(world: World, serviceAccount: string): Promise<string> {
  const answer = await world.ask("/emulator/metadata-servers", { serviceAccount });
  return (answer as { host: string }).host;
}

/** The private key of the controller, a line of it: what must never be seen. */
export const keyLine = (world: World): string =>
  JSON.parse(readFileSync(world.emulator.keyFile, "utf8")).private_key.split("\n")[5];
