import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import {
  adcFile,
  CONTROLLER,
  FAR,
  FEDERATED,
  impersonationUrl,
  keyLine,
  LONER,
  metadataHost,
  outsideFile,
  PERSON,
  personFile,
  seedCallers,
  subjectToken,
  TARGET,
} from "../support/sign-in.ts";
import { type AlOptions, CLOUD_TOML, makeWorld, type World } from "../support/world.ts";

type Variables = Readonly<Record<string, string>>;

let world: World;
/** Everything that al printed in any of these tests. */
let printed = "";
beforeAll(async () => {
  world = await makeWorld();
  await seedCallers(world);
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** No sign-in of this machine's own user is ever found. */
async function al(args: readonly string[], variables: Variables, options: AlOptions = {}) {
  const nothing = { CLOUDSDK_CONFIG: `${world.directory}/no-gcloud` };
  const result = await world.al([...args, "--verbose"], {
    ...options,
    variables: { ...nothing, ...variables },
  });
  printed += result.stdout + result.stderr;
  return result;
}

const cloud = (auth: string): string => `${CLOUD_TOML}${auth}\n`;
const ADC = 'auth = "adc"';
const AS_TARGET = `auth = "impersonate"\nimpersonate = "${TARGET}"`;
const HELLO = agent("echo hello; exit 3", 'credentials = ["github_token"]');

const adc = (path: string): Variables => ({ GOOGLE_APPLICATION_CREDENTIALS: path });
const person = (): Variables => adc(adcFile(world, "person.json", personFile()));
const outside = async (more: object = {}, claims: object = {}): Promise<Variables> => ({
  ...adc(
    adcFile(world, "outside.json", outsideFile(world, await subjectToken(world, claims), more)),
  ),
  GOOGLE_CLOUD_PROJECT: "demo-project",
});
const asTarget = () => ({
  service_account_impersonation_url: impersonationUrl(world.emulator.url, TARGET),
});
const PROJECT = { GOOGLE_CLOUD_PROJECT: "demo-project" };
const UNKNOWN = "the application default credentials";

describe("al run and al secrets ls", () => {
  type Row = [
    sentence: string,
    auth: string,
    variables: () => Variables | Promise<Variables>,
    expected: { said: string; called: string },
  ];
  test.each<Row>([
    [
      "with the key file that GOOGLE_APPLICATION_CREDENTIALS names, in its own project",
      ADC,
      () => adc(world.emulator.keyFile),
      { said: CONTROLLER, called: CONTROLLER },
    ],
    [
      "as the person who signed in with gcloud, in the project that is billed",
      ADC,
      person,
      { said: UNKNOWN, called: PERSON.email },
    ],
    [
      "as the person whose sign-in is where gcloud keeps it",
      ADC,
      () => {
        const path = adcFile(world, "application_default_credentials.json", personFile());
        return { CLOUDSDK_CONFIG: path.replace(/\/[^/]*$/, "") };
      },
      { said: UNKNOWN, called: PERSON.email },
    ],
    ["as somebody from outside", ADC, () => outside(), { said: UNKNOWN, called: FEDERATED }],
    [
      "as a service account, from outside",
      ADC,
      () => outside(asTarget()),
      { said: TARGET, called: TARGET },
    ],
    [
      "as a service account that gcloud signed in to act as",
      ADC,
      () =>
        adc(
          adcFile(world, "acting.json", {
            type: "impersonated_service_account",
            source_credentials: personFile(),
            service_account_impersonation_url: impersonationUrl(
              "https://iamcredentials.googleapis.com",
              TARGET,
            ),
          }),
        ),
      { said: TARGET, called: TARGET },
    ],
    [
      "as the machine that al is on, in its project",
      ADC,
      async () => ({ GCE_METADATA_HOST: await metadataHost(world, CONTROLLER) }),
      { said: CONTROLLER, called: CONTROLLER },
    ],
    [
      "as another service account, by the key file of the environment",
      AS_TARGET,
      () => adc(world.emulator.keyFile),
      { said: TARGET, called: TARGET },
    ],
    [
      "as another service account, by a person",
      AS_TARGET,
      person,
      { said: TARGET, called: TARGET },
    ],
    [
      "as another service account, by the stored key",
      `${AS_TARGET}\ncredential = "gcp_service_account"`,
      () => ({}),
      { said: TARGET, called: TARGET },
    ],
  ])("%s", async (_sentence, auth, variables, { said, called }) => {
    const path = world.project(HELLO, cloud(auth));
    const given = await variables();
    const ran = await al(run(path), given);
    const listed = await al(["secrets", "ls", "-p", path], given);
    expect({ code: ran.code, stdout: ran.stdout, listed: listed.code }).toEqual({
      code: 3,
      stdout: "hello\n",
      listed: 0,
    });
    expect(ran.stderr).toContain(`Signed in as ${said}`);
    expect(listed.stdout).toContain("al--github_token--default--token");
    const callers = (await world.calls())
      .filter(({ method }) => !method.endsWith(".GenerateAccessToken"))
      .map(({ principal }) => principal);
    expect([...new Set(callers)]).toEqual([called]);
  });

  test("ask for one token of another account, however many calls there are", async () => {
    const path = world.project(HELLO, cloud(AS_TARGET));
    await al(run(path), adc(world.emulator.keyFile));
    const methods = (await world.calls()).map(({ method }) => method);
    expect(methods.length).toBeGreaterThan(5);
    expect(methods.filter((method) => method.endsWith(".GenerateAccessToken"))).toHaveLength(1);
  });
});

describe("a token that expires in the middle of a run", () => {
  test.each<[sentence: string, auth: string, variables: () => Variables | Promise<Variables>]>([
    ["is renewed, of another account", AS_TARGET, () => adc(world.emulator.keyFile)],
    ["is renewed, of a person", ADC, person],
    ["is renewed, from outside", ADC, () => outside(asTarget())],
  ])("%s", async (_sentence, auth, variables) => {
    const path = world.project(
      agent("echo started; sleep 1; echo ended; exit 3", "timeout = 86400"),
      cloud(auth),
    );
    let expired: Promise<void> | undefined;
    const { code, stdout } = await al(run(path), await variables(), {
      onOutput: (text) => {
        if (text.includes("started"))
          expired ??= world.control("/emulator/clock", { advanceMs: 3_700_000 });
      },
    });
    await expired;
    expect({ code, stdout }).toEqual({ code: 3, stdout: "started\nended\n" });
    const statuses = (await world.calls()).map(({ status }) => status);
    expect(statuses).toContain("UNAUTHENTICATED");
  });
});

describe("what is not accepted", () => {
  type Refused = { readonly code: number; readonly says: readonly string[] };
  test.each<[sentence: string, auth: string, () => Variables | Promise<Variables>, Refused]>([
    [
      "acting as another account without the right",
      AS_TARGET,
      async () => ({ GCE_METADATA_HOST: await metadataHost(world, LONER) }),
      {
        code: 77,
        says: [
          `${LONER} may not act as ${TARGET}`,
          `gcloud iam service-accounts add-iam-policy-binding ${TARGET} --project=demo-project --member="serviceAccount:${LONER}" --role=roles/iam.serviceAccountTokenCreator`,
          `controller_impersonators = ["serviceAccount:${LONER}"]; terraform apply`,
        ],
      },
    ],
    [
      "acting as another account where the API is off",
      `auth = "impersonate"\nimpersonate = "${FAR}"`,
      () => adc(world.emulator.keyFile),
      {
        code: 78,
        says: ["gcloud services enable iamcredentials.googleapis.com --project=222222222222"],
      },
    ],
    [
      "acting as an account that does not exist",
      'auth = "impersonate"\nimpersonate = "al-nobody@demo-two.iam.gserviceaccount.com"',
      () => adc(world.emulator.keyFile),
      {
        code: 78,
        says: [
          "There is no service account al-nobody@demo-two.iam.gserviceaccount.com",
          "gcloud iam service-accounts list --project=demo-two",
        ],
      },
    ],
    [
      "no credentials at all",
      ADC,
      () => ({}),
      {
        code: 78,
        says: [
          "There are no application default credentials",
          "gcloud auth application-default login",
        ],
      },
    ],
    [
      "a file that is not there",
      ADC,
      () => adc("/nonexistent/key.json"),
      {
        code: 78,
        says: ["GOOGLE_APPLICATION_CREDENTIALS names /nonexistent/key.json, which cannot be read"],
      },
    ],
    [
      "a file of another kind",
      ADC,
      () => adc(adcFile(world, "kind.json", { type: "gdch_service_account" })),
      { code: 78, says: ['its "type" is none of service_account, authorized_user'] },
    ],
    [
      "a person's sign-in that was revoked",
      ADC,
      () =>
        adc(
          adcFile(world, "revoked.json", personFile({ refresh_token: "1//revokedRefreshToken" })),
        ),
      {
        code: 77,
        says: [
          "is no longer accepted",
          "invalid_grant: Token has been expired or revoked.",
          "gcloud auth application-default login",
        ],
      },
    ],
    [
      "a metadata server that is not there",
      ADC,
      () => ({ GCE_METADATA_HOST: "127.0.0.1:9", ...PROJECT }),
      {
        code: 69,
        says: ["The metadata server at 127.0.0.1:9 cannot be used", "it does not answer"],
      },
    ],
    [
      "no project anywhere",
      ADC,
      async () => ({ ...(await outside()), GOOGLE_CLOUD_PROJECT: "" }),
      {
        code: 78,
        says: ["It is not known which Google Cloud project to use", 'project = "my-project"'],
      },
    ],
    [
      "a program that a file names",
      ADC,
      () => outside({ credential_source: { executable: { command: "/bin/false" } } }),
      {
        code: 78,
        says: ["al does not run the program", "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1"],
      },
    ],
    [
      "somebody from outside whom the provider's condition leaves out",
      ADC,
      () => outside({}, { repository: "acme/other" }),
      {
        code: 77,
        says: ["unauthorized_client: The given credential is rejected by the attribute condition."],
      },
    ],
    [
      "a token from outside for somebody else",
      ADC,
      () => outside({}, { aud: "https://other.example" }),
      { code: 77, says: ["invalid_grant: The audience in ID Token"] },
    ],
    [
      "a token from outside that has expired",
      ADC,
      () => outside({}, { iat: 1_600_000_000, exp: 1_600_003_600 }),
      { code: 77, says: ["is stale to sign-in"] },
    ],
    [
      "a provider that does not exist",
      ADC,
      () =>
        outside({
          audience:
            "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/none/providers/none",
        }),
      { code: 78, says: ["invalid_target"] },
    ],
    [
      "a subject token that is not there",
      ADC,
      () => outside({ credential_source: { file: "/nonexistent/token" } }),
      { code: 78, says: ["The subject token that", 'Check "credential_source"'] },
    ],
  ])("%s", async (_sentence, auth, variables, { code, says }) => {
    const result = await al(run(world.project(HELLO, cloud(auth))), await variables());
    expect({
      code: result.code,
      missing: says.filter((text) => !result.stderr.includes(text)),
    }).toEqual({ code, missing: [] });
  });
});

describe("nothing of a real account reaches the emulator", () => {
  const REAL_PERSON = personFile({ client_id: "764086051850-x.apps.googleusercontent.com" });
  test.each<[sentence: string, variables: () => Variables | Promise<Variables>, says: string]>([
    [
      "a real person's sign-in",
      () => adc(adcFile(world, "real-person.json", REAL_PERSON)),
      "is a real person's sign-in while AL_GCP_EMULATOR is set",
    ],
    [
      "a real person's sign-in that acts as an account",
      () =>
        adc(
          adcFile(world, "real-acting.json", {
            type: "impersonated_service_account",
            source_credentials: REAL_PERSON,
            service_account_impersonation_url: impersonationUrl(
              "https://iamcredentials.googleapis.com",
              TARGET,
            ),
          }),
        ),
      "is a real person's sign-in while AL_GCP_EMULATOR is set",
    ],
    [
      "an outside identity of the real Google",
      () => outside({ token_url: "https://sts.googleapis.com/v1/token" }),
      'its "token_url" is not at http://127.0.0.1:',
    ],
    [
      "an outside identity that acts through the real Google",
      () =>
        outside({
          service_account_impersonation_url: impersonationUrl(
            "https://iamcredentials.googleapis.com",
            TARGET,
          ),
        }),
      'its "service_account_impersonation_url" is not at http://127.0.0.1:',
    ],
    [
      "a token from a real service",
      () => outside({ credential_source: { url: "https://forge.example/token" } }),
      "takes its subject token from a real service",
    ],
    [
      "a real metadata server",
      () => ({ GCE_METADATA_HOST: "169.254.169.254", ...PROJECT }),
      'GCE_METADATA_HOST is "169.254.169.254" while AL_GCP_EMULATOR is set',
    ],
    [
      "a real project",
      () => ({ ...adc(world.emulator.keyFile), GOOGLE_CLOUD_PROJECT: "acme-prod" }),
      'GOOGLE_CLOUD_PROJECT names the project "acme-prod" while AL_GCP_EMULATOR is set',
    ],
  ])("%s", async (_sentence, variables, says) => {
    const result = await al(run(world.project(HELLO, cloud(ADC))), await variables());
    expect({ code: result.code, calls: await world.calls() }).toEqual({ code: 78, calls: [] });
    expect(result.stderr).toContain(says);
  });
});

describe("tokens and keys", () => {
  test("are in nothing that al printed in all of this, and nothing that the emulator shows", async () => {
    const path = world.project(HELLO, cloud(ADC));
    await al(run(path), await outside(asTarget()));
    const shown = await Promise.all(
      ["calls", "state", "logs", "info"].map(async (name) =>
        (await fetch(`${world.emulator.url}/emulator/${name}`)).text(),
      ),
    );
    expect(printed.length).toBeGreaterThan(10_000);
    const secrets = [
      "ya29.",
      "eyJ",
      "Bearer",
      PERSON.clientSecret,
      PERSON.refreshToken,
      "1//revokedRefreshToken",
      keyLine(world),
    ];
    const all = `${printed}${shown.join("")}`;
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  });
});
