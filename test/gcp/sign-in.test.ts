import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Session } from "../../src/gcp/session.ts";
import { type SignInRequest, signInKeyless } from "../../src/gcp/sign-in.ts";
import { outcomeOf, type wordsOf } from "./fake-google.ts";
import { keyFile } from "./fake-key.ts";
import {
  answer,
  EMULATOR,
  type FakeNeeds,
  fakeNeeds,
  gaxiosError,
  metadata,
  NOTHING,
} from "./fake-sign-in.ts";

const GCLOUD = "/home/ada/.config/gcloud/application_default_credentials.json";
const NAMED = "/etc/key.json";
const UNKNOWN = "the application default credentials";
const TARGET = "al-target@acme.iam.gserviceaccount.com";
const POOL = "projects/1/locations/global/workloadIdentityPools/outside";
const IMPERSONATION = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${TARGET}:generateAccessToken`;

const person = {
  type: "authorized_user",
  client_id: "1-x.apps.googleusercontent.com",
  client_secret: "obviouslyFakeSecret",
  refresh_token: "1//obviouslyFakeRefreshToken",
  quota_project_id: "acme",
};
const outside = {
  type: "external_account",
  audience: `//iam.googleapis.com/${POOL}/providers/forge`,
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: "https://sts.googleapis.com/v1/token",
  credential_source: { file: "/run/token" },
};

const named = (more: Partial<SignInRequest["settings"]> = {}): SignInRequest => ({
  ...NOTHING,
  settings: { ...NOTHING.settings, applicationCredentials: NAMED, ...more },
});
const acting = (request: SignInRequest = named()): SignInRequest => ({
  ...request,
  impersonate: TARGET,
  project: "acme",
});
const shown = ({ auth: _, tokens, ...rest }: Session) => ({
  ...rest,
  hasTokens: tokens !== undefined,
});

/** Signs in and asks for a token, as the first call does. */
async function firstCall(request: SignInRequest, needs: FakeNeeds) {
  return outcomeOf(
    (async () => {
      const session = await signInKeyless(request, needs);
      const headers = await session.auth.getRequestHeaders("https://run.googleapis.com/");
      return Object.fromEntries(headers);
    })(),
  );
}

describe("who signs in", () => {
  test.each<[sentence: string, request: SignInRequest, needs: FakeNeeds, expected: object]>([
    [
      "the file that GOOGLE_APPLICATION_CREDENTIALS names comes before gcloud's",
      named(),
      fakeNeeds({ files: { [NAMED]: keyFile, [GCLOUD]: person } }),
      { project: "demo-project", principal: keyFile.client_email, hasTokens: false },
    ],
    [
      "then gcloud's, with the project that is billed",
      NOTHING,
      fakeNeeds({ files: { [GCLOUD]: person } }),
      { project: "acme", principal: UNKNOWN, quotaProject: "acme", hasTokens: true },
    ],
    [
      "a person's calls are billed to the project al works in where the sign-in names none",
      named({ project: "from-variable" }),
      fakeNeeds({ files: { [NAMED]: { ...person, quota_project_id: undefined } } }),
      {
        ...{ project: "from-variable", quotaProject: "from-variable" },
        ...{ principal: UNKNOWN, hasTokens: true },
      },
    ],
    [
      "to the one that is configured first of all",
      { ...named({ project: "from-variable" }), project: "from-config" },
      fakeNeeds({ files: { [NAMED]: { ...person, quota_project_id: undefined } } }),
      {
        ...{ project: "from-config", quotaProject: "from-config" },
        ...{ principal: UNKNOWN, hasTokens: true },
      },
    ],
    [
      "but to the sign-in's own where it names one",
      { ...named(), project: "from-config" },
      fakeNeeds({ files: { [NAMED]: person } }),
      { project: "from-config", principal: UNKNOWN, quotaProject: "acme", hasTokens: true },
    ],
    [
      "then the machine, with its project",
      NOTHING,
      fakeNeeds({ answers: [metadata("vm@acme.iam.gserviceaccount.com"), metadata("acme")] }),
      { project: "acme", principal: "vm@acme.iam.gserviceaccount.com", hasTokens: true },
    ],
    [
      "a project that is configured comes first",
      { ...named({ project: "from-variable" }), project: "from-config" },
      fakeNeeds({ files: { [NAMED]: keyFile } }),
      { project: "from-config", principal: keyFile.client_email, hasTokens: false },
    ],
    [
      "then GOOGLE_CLOUD_PROJECT",
      named({ project: "from-variable" }),
      fakeNeeds({ files: { [NAMED]: keyFile } }),
      { project: "from-variable", principal: keyFile.client_email, hasTokens: false },
    ],
    [
      "somebody from outside is not known by name",
      named({ project: "acme" }),
      fakeNeeds({ files: { [NAMED]: outside } }),
      { project: "acme", principal: UNKNOWN, hasTokens: true },
    ],
    [
      "unless he acts as a service account",
      named({ project: "acme" }),
      fakeNeeds({
        files: { [NAMED]: { ...outside, service_account_impersonation_url: IMPERSONATION } },
      }),
      { project: "acme", principal: TARGET, hasTokens: true },
    ],
    [
      "who acts as another account is that account",
      acting(),
      fakeNeeds({ files: { [NAMED]: keyFile } }),
      { project: "acme", principal: TARGET, hasTokens: true },
    ],
  ])("%s", async (_sentence, request, needs, expected) =>
    expect(shown(await signInKeyless(request, needs))).toEqual({
      ...expected,
      emulator: undefined,
    }),
  );

  test("no token is asked for before the first call", async () => {
    const needs = fakeNeeds({ files: { [NAMED]: outside } });
    await signInKeyless(acting(), needs);
    expect([needs.send.mock.calls, needs.library.external.mock.calls]).toEqual([[], []]);
  });
});

describe("a token", () => {
  test("of a person is asked for by Google's library, and billed to the person's project", async () => {
    const needs = fakeNeeds({ files: { [NAMED]: person } });
    expect(await firstCall(named(), needs)).toEqual({
      returned: {
        authorization: "Bearer ya29.obviouslyFakeSourceToken",
        "x-goog-user-project": "acme",
      },
    });
    expect(needs.library.user.mock.calls).toEqual([
      [
        {
          clientId: person.client_id,
          clientSecret: person.client_secret,
          refreshToken: person.refresh_token,
          transporterOptions: { timeout: 30_000 },
        },
      ],
    ]);
  });

  test("of a demonstration's person is asked for at the emulator", async () => {
    const file = { ...person, client_id: "demo-client", quota_project_id: "demo-project" };
    const needs = fakeNeeds({ files: { [NAMED]: file } });
    await firstCall({ ...named(), emulator: EMULATOR }, needs);
    expect(needs.library.user.mock.calls[0]?.[0]).toMatchObject({
      endpoints: { oauth2TokenUrl: "http://127.0.0.1:9470/token" },
    });
  });

  test("of somebody from outside is asked for by Google's library, with one scope and without acting as anybody", async () => {
    const file = { ...outside, service_account_impersonation_url: IMPERSONATION };
    const needs = fakeNeeds({ files: { [NAMED]: file } });
    await firstCall(named({ project: "acme" }), needs);
    expect(needs.library.external.mock.calls).toEqual([
      [
        {
          ...outside,
          scopes: ["https://www.googleapis.com/auth/cloud-platform"],
          transporterOptions: { timeout: 30_000 },
        },
      ],
    ]);
  });

  test("of the machine comes from its metadata server, past any proxy", async () => {
    const needs = fakeNeeds({
      answers: [
        metadata("vm@acme.iam.gserviceaccount.com"),
        metadata("acme"),
        metadata({
          access_token: "ya29.obviouslyFakeMachineToken",
          expires_in: 3599,
          token_type: "Bearer",
        }),
      ],
    });
    expect(await firstCall(NOTHING, needs)).toEqual({
      returned: { authorization: "Bearer ya29.obviouslyFakeMachineToken" },
    });
    const base = "http://metadata.google.internal/computeMetadata/v1";
    const asked = {
      headers: { "metadata-flavor": "Google" },
      timeoutMs: 3_000,
      mayUseProxy: false,
    };
    expect(needs.send.mock.calls).toEqual([
      [{ ...asked, url: `${base}/instance/service-accounts/default/email` }],
      [{ ...asked, url: `${base}/project/project-id` }],
      [{ ...asked, url: `${base}/instance/service-accounts/default/token` }],
    ]);
  });

  const granted = answer(200, {
    accessToken: "ya29.obviouslyFakeTargetToken",
    expireTime: "2030-01-01T00:00:00Z",
  });
  const RETURNED = { returned: { authorization: "Bearer ya29.obviouslyFakeTargetToken" } };

  test("of another account is asked for with the source's, for an hour", async () => {
    const needs = fakeNeeds({ files: { [NAMED]: outside }, answers: [granted] });
    expect(await firstCall(acting(), needs)).toEqual(RETURNED);
    expect(needs.send.mock.calls).toEqual([
      [
        {
          url: IMPERSONATION,
          headers: { authorization: "Bearer ya29.obviouslyFakeSourceToken" },
          body: { scope: ["https://www.googleapis.com/auth/cloud-platform"], lifetime: "3600s" },
          timeoutMs: 30_000,
          mayUseProxy: true,
        },
      ],
    ]);
  });

  test.each([
    ["the project al works in", undefined, "from-config"],
    ["the sign-in's own project", "acme", "acme"],
  ])(
    "of another account is asked for by a person, billed to %s",
    async (_sentence, own, billed) => {
      const file = { ...person, quota_project_id: own };
      const needs = fakeNeeds({ files: { [NAMED]: file }, answers: [granted] });
      expect(await firstCall({ ...acting(), project: "from-config" }, needs)).toEqual(RETURNED);
      expect(needs.send.mock.calls[0]?.[0].headers).toEqual({
        authorization: "Bearer ya29.obviouslyFakeSourceToken",
        "x-goog-user-project": billed,
      });
    },
  );

  test("of another account goes through the accounts in between that the file names", async () => {
    const file = {
      type: "impersonated_service_account",
      source_credentials: person,
      service_account_impersonation_url: IMPERSONATION,
      delegates: ["projects/-/serviceAccounts/via@acme.iam.gserviceaccount.com"],
    };
    const needs = fakeNeeds({ files: { [NAMED]: file }, answers: [granted] });
    expect(await firstCall(named({ project: "acme" }), needs)).toEqual(RETURNED);
    expect(needs.send.mock.calls[0]?.[0].body).toMatchObject({ delegates: file.delegates });
  });

  test.each([
    ["after no answer", undefined, [500]],
    ["after 503", answer(503, ""), [500]],
    ["after 429", answer(429, ""), [500]],
    ["at once after 401, with a new token of the source", answer(401, ""), []],
  ])("of another account is asked for again %s", async (_sentence, first, sleeps) => {
    const needs = fakeNeeds({ files: { [NAMED]: outside }, answers: [first, granted] });
    expect(await firstCall(acting(), needs)).toEqual(RETURNED);
    expect(needs.clock.sleeps).toEqual(sleeps);
  });
});

describe("a refusal", () => {
  const denied =
    "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).";
  const refuse = (status: number, message: string) =>
    answer(status, { error: { code: status, message } });
  type Threw = ReturnType<typeof wordsOf>;
  const row = (
    sentence: string,
    file: object,
    told: { readonly answers?: readonly ReturnType<typeof answer>[]; readonly token?: Error },
    threw: Partial<Threw>,
  ) => [sentence, file, told, threw] as const;
  const as = { ...outside, service_account_impersonation_url: IMPERSONATION };

  test.each([
    row(
      "of the right to act as an account: a grant that is ready to be typed",
      { ...keyFile, project_id: "acme" },
      { answers: [refuse(403, denied)] },
      {
        name: "PermissionError",
        exit: 77,
        what: `${keyFile.client_email} may not act as ${TARGET}`,
        why: `${denied}\nA grant takes effect after some minutes. If there is no such account, correct [cloud] impersonate.`,
        remedy: `gcloud iam service-accounts add-iam-policy-binding ${TARGET} --project=acme --member="serviceAccount:${keyFile.client_email}" --role=roles/iam.serviceAccountTokenCreator`,
        terraform: `controller_account_id = "al-target"; controller_impersonators = ["serviceAccount:${keyFile.client_email}"]; terraform apply  # google_service_account_iam_member.controller_impersonator["serviceAccount:${keyFile.client_email}"]`,
      },
    ),
    row(
      "of that right to somebody from outside: the role that is for them",
      as,
      { answers: [refuse(403, denied)] },
      {
        exit: 77,
        remedy: expect.stringContaining(
          `--member="principal://iam.googleapis.com/${POOL}/subject/<subject>" --role=roles/iam.workloadIdentityUser`,
        ) as unknown as string,
      },
    ),
    row(
      "because an API is off: the command that enables it",
      as,
      {
        answers: [
          refuse(
            403,
            "IAM Service Account Credentials API has not been used in project 12 before or it is disabled. Enable it …",
          ),
        ],
      },
      {
        name: "ApiOffError",
        exit: 78,
        remedy: "gcloud services enable iamcredentials.googleapis.com --project=12",
        terraform:
          'terraform apply  # google_project_service.this["iamcredentials.googleapis.com"]',
      },
    ),
    ...[
      "IAM Service Account Credentials API has not been used in project 764086051850 before or it is disabled. Enable it …",
      "Your application is authenticating by using local Application Default Credentials. The iamcredentials.googleapis.com API requires a quota project, which is not set by default.",
    ].map((why) =>
      row(
        "because a person's sign-in names no project that is billed: the command that names one",
        as,
        { answers: [refuse(403, why)] },
        {
          name: "ConfigError",
          exit: 78,
          what: `al could not act as ${TARGET}: the sign-in names no project that is billed for its calls`,
          why,
          remedy: "gcloud auth application-default set-quota-project acme",
        },
      ),
    ),
    row(
      "of the right to be billed to a project: the grant, and another way",
      as,
      {
        answers: [
          refuse(403, "Caller does not have required permission to use project acme. Grant …"),
        ],
      },
      {
        exit: 77,
        what: `al could not act as ${TARGET}: the caller may not use the quota of acme`,
        remedy: expect.stringMatching(
          /^gcloud projects add-iam-policy-binding acme --member=.* --role=roles\/serviceusage\.serviceUsageConsumer {2}# .*set-quota-project/,
        ) as unknown as string,
      },
    ),
    row(
      "because there is no such account",
      as,
      { answers: [refuse(404, "Not found")] },
      {
        exit: 78,
        what: `There is no service account ${TARGET}`,
      },
    ),
    row(
      "because a sign-in was revoked: how to sign in again",
      person,
      {
        token: gaxiosError(400, {
          error: "invalid_grant",
          error_description: "Token has been expired or revoked.",
        }),
      },
      {
        name: "PermissionError",
        exit: 77,
        what: `The sign-in stored in ${NAMED} is no longer accepted`,
        why: "invalid_grant: Token has been expired or revoked.",
        remedy: "gcloud auth application-default login",
      },
    ),
    row(
      "that quotes a token: without it",
      person,
      {
        token: gaxiosError(400, {
          error: "invalid_grant",
          error_description: "Bad 1//abc and ya29.abc-d and eyJhbGc.eyJzdWI.c2ln",
        }),
      },
      {
        why: "invalid_grant: Bad [hidden] and [hidden] and [hidden]",
      },
    ),
    row(
      "by nobody: the token service does not answer",
      person,
      { token: gaxiosError(undefined) },
      {
        name: "UnavailableError",
        exit: 69,
        why: "it does not answer",
      },
    ),
    row(
      "by a token service that is down",
      outside,
      { token: gaxiosError(503, "<html>") },
      {
        exit: 69,
        what: "al could not sign in: sts.googleapis.com cannot be used now",
      },
    ),
    row(
      "by the pool's provider",
      outside,
      {
        token: gaxiosError(400, {
          error: "unauthorized_client",
          error_description: "The given credential is rejected by the attribute condition.",
        }),
      },
      {
        exit: 77,
        why: "unauthorized_client: The given credential is rejected by the attribute condition.",
      },
    ),
    row(
      "because there is no subject token; the library's own words stay behind",
      outside,
      { token: new Error("Unexpected token 'e', \"eyJ…\" is not valid JSON") },
      {
        exit: 78,
        what: `The subject token that ${NAMED} asks for cannot be had`,
        why: 'its "credential_source" names a file, URL or program that gives none',
      },
    ),
  ])("%s", async (_sentence, file, told, threw) => {
    const needs = fakeNeeds({ files: { [NAMED]: file }, ...told });
    const isKey = file !== person && file !== outside && file !== as;
    const request = isKey ? acting() : named({ project: "acme" });
    expect(await firstCall(request, needs)).toMatchObject({ threw });
  });

  test.each([
    ["a person's", person, named()],
    ["an outside identity's", outside, named({ project: "acme" })],
    ["acting as an account with an outside identity's", outside, acting()],
  ])("never carries %s request, key or token", async (_sentence, file, request) => {
    const needs = fakeNeeds({
      files: { [NAMED]: file },
      token: gaxiosError(400, { error: "invalid_grant" }),
    });
    const session = await signInKeyless(request, needs);
    const error: unknown = await session.auth
      .getRequestHeaders()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/leaked|obviouslyFake/);
  });
});

describe("a file that is not signed in with", () => {
  const url = (token_url: string): object => ({ ...outside, token_url });
  const NOT_GOOGLES = `al does not sign in with ${NAMED}: its "token_url" is not Google's`;

  test.each([
    ["https://sts.googleapis.com.example.com/v1/token"],
    ["http://sts.googleapis.com/v1/token"],
    ["https://sts.googleapis.com:8443/v1/token"],
    ["https://user@sts.googleapis.com/v1/token"],
    ["https://example.com/?x=sts.googleapis.com"],
    ["https://storage.googleapis.com/v1/token"],
    ["http://127.0.0.1:9470/v1/token"],
    ["no URL"],
  ])("sends tokens to %s", async (text) => {
    const needs = fakeNeeds({ files: { [NAMED]: url(text) } });
    expect(await outcomeOf(signInKeyless(named({ project: "acme" }), needs))).toMatchObject({
      threw: { exit: 78, what: NOT_GOOGLES },
    });
  });

  test.each([
    ["https://sts.googleapis.com/v1/token"],
    ["https://sts.mtls.googleapis.com/v1/token"],
    ["https://us-east1.sts.googleapis.com/v1/token"],
    ["https://sts.us-east1.rep.googleapis.com/v1/token"],
    ["https://us-east1-sts.googleapis.com/v1/token"],
    ["https://sts-acme.p.googleapis.com/v1/token"],
  ])("is not one with Google's own %s", async (text) => {
    const needs = fakeNeeds({ files: { [NAMED]: url(text) } });
    expect(shown(await signInKeyless(named({ project: "acme" }), needs))).toMatchObject({
      project: "acme",
    });
  });

  const UNUSABLE = `${NAMED} cannot be used to sign in`;
  test.each<[sentence: string, file: unknown, expected: object]>([
    [
      "acts through another host",
      {
        ...outside,
        service_account_impersonation_url: IMPERSONATION.replace("googleapis.com", "example.com"),
      },
      { what: NOT_GOOGLES.replace("token_url", "service_account_impersonation_url") },
    ],
    [
      "acts as nobody",
      {
        ...outside,
        service_account_impersonation_url: "https://iamcredentials.googleapis.com/v1/x",
      },
      { what: UNUSABLE },
    ],
    [
      "runs a program",
      { ...outside, credential_source: { executable: { command: "/bin/true" } } },
      { what: `al does not run the program that ${NAMED} names` },
    ],
    [
      "is of another universe",
      { ...outside, universe_domain: "example.com" },
      { why: '"universe_domain" is another than googleapis.com' },
    ],
    [
      "has no source",
      { ...outside, credential_source: undefined },
      { why: '"credential_source" is missing' },
    ],
    [
      "has no refresh token",
      { ...person, refresh_token: "" },
      { why: '"refresh_token" is missing' },
    ],
    ["is of another type", { type: "external_account_authorized_user" }, { what: UNUSABLE }],
    [
      "acts through a file that acts again",
      { type: "impersonated_service_account", source_credentials: { source_credentials: {} } },
      { what: UNUSABLE },
    ],
    ["is no JSON", "not JSON, but obviouslyFakeSecret", { why: "it is not a JSON object" }],
    ["is a list", [], { why: "it is not a JSON object" }],
    [
      "cannot be read",
      Object.assign(new Error("x"), { code: "EACCES" }),
      {
        what: `GOOGLE_APPLICATION_CREDENTIALS names ${NAMED}, which cannot be read`,
        why: "EACCES",
      },
    ],
    ["is not there", undefined, { why: "there is no such file" }],
  ])("%s", async (_sentence, file, expected) => {
    const needs = fakeNeeds({ files: { [NAMED]: file } });
    const outcome = await outcomeOf(signInKeyless(named({ project: "acme" }), needs));
    expect(outcome).toMatchObject({ threw: { exit: 78, ...expected } });
    expect(JSON.stringify(outcome)).not.toContain("obviouslyFake");
  });

  test("runs its program when that was allowed", async () => {
    const file = { ...outside, credential_source: { executable: { command: "/bin/true" } } };
    const needs = fakeNeeds({ files: { [NAMED]: file } });
    const request = named({ project: "acme", allowExecutables: true });
    expect(await firstCall(request, needs)).toMatchObject({ returned: {} });
  });
});

describe("a metadata server", () => {
  test.each<[sentence: string, needs: FakeNeeds, host: string | undefined, expected: object]>([
    [
      "that nobody named and that is not there means that there are no credentials",
      fakeNeeds({}),
      undefined,
      { exit: 78, what: "There are no application default credentials" },
    ],
    [
      "that does not say what it is is none",
      fakeNeeds({ answers: [answer(200, "hello")] }),
      undefined,
      { exit: 78, what: "There are no application default credentials" },
    ],
    [
      "that was named and is not there is an outage",
      fakeNeeds({}),
      "127.0.0.1:1",
      { exit: 69, why: "it does not answer" },
    ],
    [
      "of a machine without an account",
      fakeNeeds({ answers: [metadata("", 404)] }),
      undefined,
      { exit: 78, what: "This machine has no service account to sign in with" },
    ],
    [
      "that gives no token",
      fakeNeeds({ answers: [metadata("a@b"), metadata("acme"), metadata("", 500)] }),
      undefined,
      { exit: 69, why: "it answers with status 500" },
    ],
  ])("%s", async (_sentence, needs, metadataHost, threw) => {
    const request = { ...NOTHING, settings: { ...NOTHING.settings, metadataHost } };
    expect(await firstCall(request, needs)).toMatchObject({ threw });
  });

  const email = metadata("vm@acme.iam.gserviceaccount.com");
  test.each([
    ["does not answer", undefined],
    ["is busy", metadata("", 429)],
    ["is starting", metadata("", 503)],
  ])("that %s is asked again, twice", async (_sentence, first) => {
    const needs = fakeNeeds({ answers: [first, first, email, metadata("acme")] });
    expect(shown(await signInKeyless(NOTHING, needs))).toMatchObject({ project: "acme" });
    expect(needs.clock.sleeps).toEqual([200, 400]);
  });

  test("is asked no fourth time", async () => {
    const needs = fakeNeeds({ answers: [undefined, undefined, undefined, email] });
    expect(await outcomeOf(signInKeyless(NOTHING, needs))).toMatchObject({
      threw: { exit: 78, what: "There are no application default credentials" },
    });
    expect(needs.send.mock.calls).toHaveLength(3);
  });

  test("is asked again for a token too", async () => {
    const token = metadata({ access_token: "ya29.obviouslyFakeToken", expires_in: 3599 });
    const busy = metadata("", 503);
    const needs = fakeNeeds({ answers: [email, metadata("acme"), busy, busy, token] });
    expect(await firstCall(NOTHING, needs)).toEqual({
      returned: { authorization: "Bearer ya29.obviouslyFakeToken" },
    });
  });

  test.each([
    ["Google's own is never asked", undefined],
    ["a real one that is named is never asked", "metadata.google.internal"],
    ["an address that only looks like this machine's is never asked", "127.0.0.1.example.com"],
  ])("with the emulator: %s", async (_sentence, metadataHost) => {
    const needs = fakeNeeds({ answers: [metadata("a@b"), metadata("demo-project")] });
    const settings = { ...NOTHING.settings, metadataHost };
    const outcome = await outcomeOf(
      signInKeyless({ ...NOTHING, settings, emulator: EMULATOR }, needs),
    );
    expect(outcome).toMatchObject({ threw: { exit: 78 } });
    expect(needs.send.mock.calls).toEqual([]);
  });
});
