import { impersonationUrl } from "../../support/sign-in.ts";
import type { World } from "../../support/world.ts";
import { type Installed, PERSON } from "./installed.ts";

type Variables = Readonly<Record<string, string>>;

/** What lets al sign in: variables, and what is other than in the `[cloud]` that the module prints. */
export type SignIn = (
  world: World,
  at: Installed,
) => Promise<{ readonly variables: Variables; readonly cloudToml: string }>;

const adc = (path: string, at: Installed): Variables => ({
  GOOGLE_APPLICATION_CREDENTIALS: path,
  GOOGLE_CLOUD_PROJECT: at.projectId,
});

/** The same `[cloud]` with another way to sign in. */
const signingIn = (auth: string, { cloudToml }: Installed): string =>
  cloudToml.replace(/^auth = .*$/m, `auth = "${auth}"`).replace(/^impersonate = .*\n/m, "");

const personFile = {
  type: "authorized_user",
  client_id: PERSON.clientId,
  client_secret: PERSON.clientSecret,
  refresh_token: PERSON.refreshToken,
};

/** As `gcloud auth application-default login` leaves it; al acts as the controller, as `[cloud]` says. */
export const person: SignIn = async (_world, at) => ({
  variables: adc(at.file("person.json", personFile), at),
  cloudToml: at.cloudToml,
});

/** As `gcloud auth application-default login --impersonate-service-account` leaves it. */
export const personActing: SignIn = async (_world, at) => ({
  variables: adc(
    at.file("acting.json", {
      type: "impersonated_service_account",
      source_credentials: personFile,
      service_account_impersonation_url: impersonationUrl(
        "https://iamcredentials.googleapis.com",
        at.controller,
      ),
    }),
    at,
  ),
  cloudToml: signingIn("adc", at),
});

/** The key that is stored as gcp_service_account. */
export const storedKey: SignIn = async (_world, at) => ({
  variables: {},
  cloudToml: signingIn("key", at),
});

/** The key in a file that a variable names. */
export const keyFile: SignIn = async (_world, at) => ({
  variables: adc(at.file("key.json", at.controllerKey), at),
  cloudToml: signingIn("adc", at),
});

type Claims = Readonly<Record<string, string>>;
const CLAIMS: Claims = {
  sub: "repo:acme/agents:ref:refs/heads/main",
  repository: "acme/agents",
  ref: "refs/heads/main",
};

/** As google-github-actions/auth leaves it in a workflow; `claims` are what GitHub's token says otherwise. */
const workflow = async (
  world: World,
  at: Installed,
  { claims, more }: { readonly claims: Claims; readonly more: object },
): Promise<Variables> => {
  const provider = at.setUp.workloadIdentityProviders[0]?.name ?? "";
  const { token } = (await world.ask("/emulator/subject-tokens", {
    provider,
    claims: { ...CLAIMS, ...claims },
  })) as { token: string };
  const file = at.file("workflow.json", {
    type: "external_account",
    audience: `//iam.googleapis.com/${provider}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${world.emulator.url}/v1/token`,
    credential_source: { file: at.file("subject-token", token) },
    ...more,
  });
  return adc(file, at);
};

/** A workflow of GitHub's; al acts as the controller, as `[cloud]` says. */
export const githubWorkflow =
  (claims: Claims = {}): SignIn =>
  async (world, at) => ({
    variables: await workflow(world, at, { claims, more: {} }),
    cloudToml: at.cloudToml,
  });

/** The same with the input `service_account` of google-github-actions/auth, so that the library acts as the controller. */
export const githubWorkflowActing: SignIn = async (world, at) => {
  const url = impersonationUrl(world.emulator.url, at.controller);
  const more = { service_account_impersonation_url: url };
  return {
    variables: await workflow(world, at, { claims: {}, more }),
    cloudToml: signingIn("adc", at),
  };
};
