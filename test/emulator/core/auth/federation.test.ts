import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { journal, rest } from "../../testing/rest.ts";

const POOL = "projects/123456789012/locations/global/workloadIdentityPools/outside";
const PROVIDER = `${POOL}/providers/forge`;
const OTHER = `${POOL}/providers/other`;
const SUBJECT = `principal://iam.googleapis.com/${POOL}/subject/ci`;
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const USER = {
  email: "ada@example.com",
  clientId: "demo-client",
  clientSecret: "fakeClientSecret",
  refreshToken: "fakeRefreshToken",
};
const ACCESS = "urn:ietf:params:oauth:token-type:access_token";
const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";

let emulator: Emulator;
const post = async (path: string, form: Readonly<Record<string, string>>) => {
  const response = await fetch(`${emulator.url}${path}`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};
const seed = (body: object) => rest(`${emulator.url}/emulator/seed`, { body });
const listSecrets = (token: string) =>
  rest(`${emulator.url}/v1/projects/demo-project/secrets`, { token });
const advance = (advanceMs: number) =>
  rest(`${emulator.url}/emulator/clock`, { body: { advanceMs } });

async function subjectToken(claims: object = {}, provider = PROVIDER): Promise<string> {
  const { body } = await rest(`${emulator.url}/emulator/subject-tokens`, {
    body: { provider, claims: { sub: "ci", repository: "acme/app", ...claims } },
  });
  return body.token;
}

const exchange = async (form: Readonly<Record<string, string>> = {}, claims: object = {}) =>
  post("/v1/token", {
    grant_type: GRANT,
    audience: `//iam.googleapis.com/${PROVIDER}`,
    scope: SCOPE,
    requested_token_type: ACCESS,
    subject_token: await subjectToken(claims),
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    ...form,
  });

const grant = (members: readonly string[]) =>
  seed({
    policies: [
      {
        resource: "projects/demo-project",
        bindings: [{ role: "roles/secretmanager.viewer", members }],
      },
    ],
  });

beforeAll(async () => {
  emulator = await startEmulator({ executor: "host", relaxed: true, log: () => undefined });
  await seed({
    users: [USER],
    workloadIdentityProviders: [
      {
        name: PROVIDER,
        issuer: "https://forge.example",
        attributeMapping: {
          "google.subject": "assertion.sub",
          "attribute.repository": "assertion.repository",
        },
        attributeCondition: `assertion.repository != "acme/evil" && google.subject == 'ci'`,
      },
      { name: OTHER, issuer: "https://other.example", allowedAudiences: ["https://al.example"] },
    ],
  });
});
afterAll(() => emulator.close());

describe("the token exchange (STS)", () => {
  test("gives a subject of a provider an access token", async () =>
    expect(await exchange()).toEqual({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^ya29\./),
        issued_token_type: ACCESS,
        token_type: "Bearer",
        expires_in: 3599,
      },
    }));

  test.each<[sentence: string, form: Record<string, string>, claims: object, refusal: object]>([
    ["another grant", { grant_type: "password" }, {}, { error: "unsupported_grant_type" }],
    [
      "an ID token",
      { requested_token_type: "urn:ietf:params:oauth:token-type:id_token" },
      {},
      { error: "invalid_request" },
    ],
    [
      "a subject token of another kind",
      { subject_token_type: "urn:ietf:params:oauth:token-type:saml2" },
      {},
      { error: "invalid_request" },
    ],
    ["no scope", { scope: "" }, {}, { error: "invalid_scope" }],
    [
      "a pool instead of a provider",
      { audience: `//iam.googleapis.com/${POOL}` },
      {},
      {
        error: "invalid_request",
        error_description: expect.stringContaining('Invalid value for "audience"'),
      },
    ],
    [
      "a provider that does not exist",
      { audience: `//iam.googleapis.com/${POOL}/providers/none` },
      {},
      {
        error: "invalid_target",
        error_description: expect.stringContaining("pool or provider is disabled or deleted"),
      },
    ],
    ["a token that is none", { subject_token: "none" }, {}, { error: "invalid_request" }],
    [
      "another issuer",
      {},
      { iss: "https://evil.example" },
      {
        error: "invalid_grant",
        error_description:
          "The issuer in ID Token https://evil.example does not match the expected ones: https://forge.example",
      },
    ],
    [
      "another audience",
      {},
      { aud: "https://evil.example" },
      {
        error: "invalid_grant",
        error_description:
          "The audience in ID Token [https://evil.example] does not match the expected audience.",
      },
    ],
    [
      "a token that has expired",
      {},
      { iat: 1, exp: 2 },
      { error: "invalid_grant", error_description: "ID Token issued at 1 is stale to sign-in." },
    ],
    [
      "whom the condition names",
      {},
      { repository: "acme/evil" },
      {
        error: "unauthorized_client",
        error_description: "The given credential is rejected by the attribute condition.",
      },
    ],
    ["whom the condition does not name", {}, { sub: "else" }, { error: "unauthorized_client" }],
  ])("refuses %s", async (_sentence, form, claims, refusal) =>
    expect(await exchange(form, claims)).toEqual({
      status: 400,
      body: expect.objectContaining(refusal),
    }),
  );

  test("refuses a token that another provider signed", async () => {
    const forged = await subjectToken(
      { iss: "https://forge.example", aud: `https://iam.googleapis.com/${PROVIDER}` },
      OTHER,
    );
    expect(await exchange({ subject_token: forged })).toEqual({
      status: 400,
      body: expect.objectContaining({
        error: "invalid_grant",
        error_description: "The signature of the ID Token cannot be verified.",
      }),
    });
  });

  test("goes by the audiences that the provider allows", async () => {
    const audience = `//iam.googleapis.com/${OTHER}`;
    const fits = await exchange({ audience, subject_token: await subjectToken({}, OTHER) });
    const standard = await exchange({
      audience,
      subject_token: await subjectToken({ aud: `https:${audience}` }, OTHER),
    });
    expect([fits.status, standard.status]).toEqual([200, 400]);
  });
});

describe("a subject from outside", () => {
  test("may do what was granted to it, by name, by attribute, or with its whole pool", async () => {
    const set = `principalSet://iam.googleapis.com/${POOL}`;
    const { access_token: token = "" } = (await exchange()).body;
    const before = await listSecrets(token);
    const tries = [];
    for (const member of [
      `${set}/attribute.repository/acme/other`,
      `${set}/attribute.repository/acme/app`,
    ]) {
      await grant([member]);
      tries.push((await listSecrets(token)).status);
    }
    expect([before.status, ...tries]).toEqual([403, 403, 200]);
    expect((await journal(emulator)).at(-1)).toMatchObject({ principal: SUBJECT, status: "OK" });
  });

  test.each([[SUBJECT], [`principalSet://iam.googleapis.com/${POOL}/*`]])(
    "is known as %s",
    async (member) => {
      const role = "projects/demo-project/roles/lookAtJobs";
      const jobs = `${emulator.url}/v2/projects/demo-project/locations/us-central1/jobs`;
      const { access_token: token = "" } = (await exchange()).body;
      await seed({
        roles: { [role]: ["run.jobs.list"] },
        policies: [{ resource: "projects/demo-project", bindings: [{ role, members: [member] }] }],
      });
      expect((await rest(jobs, { token })).status).toBe(200);
    },
  );
});

describe("a person's refresh token", () => {
  const refresh = (more: Readonly<Record<string, string>> = {}) =>
    post("/token", {
      grant_type: "refresh_token",
      client_id: USER.clientId,
      client_secret: USER.clientSecret,
      refresh_token: USER.refreshToken,
      ...more,
    });

  test("gives an access token of that person", async () => {
    const { status, body } = await refresh();
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), expires_in: 3599, token_type: "Bearer" },
    });
    const before = await listSecrets(body.access_token ?? "");
    await grant([`serviceAccount:${USER.email}`]);
    const asAccount = await listSecrets(body.access_token ?? "");
    await grant([`user:${USER.email}`]);
    const asUser = await listSecrets(body.access_token ?? "");
    expect([before, asAccount, asUser].map((answer) => answer.status)).toEqual([403, 403, 200]);
  });

  test.each([
    [
      "that is unknown",
      { refresh_token: "else" },
      400,
      { error: "invalid_grant", error_description: "Token has been expired or revoked." },
    ],
    ["of another client", { client_id: "else" }, 401, { error: "invalid_client" }],
    ["with another secret", { client_secret: "else" }, 401, { error: "invalid_client" }],
  ])("%s gives none", async (_sentence, more, status, body) =>
    expect(await refresh(more)).toEqual({ status, body: expect.objectContaining(body) }),
  );
});

describe("an access token", () => {
  test.each<[from: string, fetch: () => Promise<string | undefined>]>([
    ["the token exchange", async () => (await exchange()).body.access_token],
    [
      "impersonation",
      async () => {
        const account = "al-runner@demo-project.iam.gserviceaccount.com";
        await grant([`serviceAccount:${account}`]);
        const url = `${emulator.url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;
        return (await rest(url, { body: { scope: [SCOPE] } })).body.accessToken;
      },
    ],
  ])("of %s expires on the emulator's clock", async (_from, fetch) => {
    const token = (await fetch()) ?? "";
    await advance(3_590_000);
    const inTime = await listSecrets(token);
    await advance(20_000);
    const late = await listSecrets(token);
    expect([inTime.status, late.status, late.body.error.details[0].reason]).toEqual([
      200,
      401,
      "ACCESS_TOKEN_EXPIRED",
    ]);
  });
});

describe("impersonation", () => {
  const url = (email: string) =>
    `${emulator.url}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;

  test("needs the right, in Google's words", async () => {
    const { access_token: token = "" } = (await exchange()).body;
    const { status, body } = await rest(url("al-runner@demo-project.iam.gserviceaccount.com"), {
      token,
      body: { scope: [SCOPE] },
    });
    expect([status, body.error.message]).toEqual([
      403,
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    ]);
  });

  test("needs its API in the account's project", async () => {
    const email = "al@demo-off.iam.gserviceaccount.com";
    await seed({
      project: { id: "demo-off", number: "333333333333" },
      services: [],
      serviceAccounts: [{ email }],
    });
    const { status, body } = await rest(url(email), { body: { scope: [SCOPE] } });
    expect([status, body.error.details[1].reason]).toEqual([403, "SERVICE_DISABLED"]);
  });

  test.each([
    ["no scope", {}],
    ["more than an hour", { scope: [SCOPE], lifetime: "3601s" }],
    ["no time at all", { scope: [SCOPE], lifetime: "0s" }],
  ])("refuses %s", async (_sentence, body) =>
    expect(
      (await rest(url("al-runner@demo-project.iam.gserviceaccount.com"), { body })).status,
    ).toBe(400),
  );
});

describe("control", () => {
  test("opens a metadata server as a machine has one", async () => {
    const serviceAccount = "al-controller@demo-project.iam.gserviceaccount.com";
    const { body } = await rest(`${emulator.url}/emulator/metadata-servers`, {
      body: { serviceAccount },
    });
    const base = `http://${body.host}/computeMetadata/v1`;
    const ask = async (path: string) =>
      (await fetch(`${base}/${path}`, { headers: { "metadata-flavor": "Google" } })).text();
    const { access_token: token } = JSON.parse(
      await ask("instance/service-accounts/default/token"),
    );
    expect([
      await ask("instance/service-accounts/default/email"),
      await ask("project/project-id"),
      (await listSecrets(token)).status,
    ]).toEqual([serviceAccount, "demo-project", 200]);
  });

  test.each<[sentence: string, path: string, body: object, status: number]>([
    [
      "a metadata server of nobody",
      "metadata-servers",
      { serviceAccount: "nobody@demo-project.iam.gserviceaccount.com" },
      404,
    ],
    ["a metadata server without an account", "metadata-servers", {}, 400],
    ["a subject token of no provider", "subject-tokens", { provider: "none", claims: {} }, 404],
    ["a subject token without claims", "subject-tokens", { provider: PROVIDER }, 400],
    [
      "a provider by the project's id",
      "seed",
      {
        workloadIdentityProviders: [
          { name: PROVIDER.replace("123456789012", "demo-project"), issuer: "https://x.example" },
        ],
      },
      400,
    ],
    [
      "a condition that nobody understands",
      "seed",
      {
        workloadIdentityProviders: [
          {
            name: PROVIDER,
            issuer: "https://x.example",
            attributeCondition: "assertion.a in ['b']",
          },
        ],
      },
      400,
    ],
  ])("refuses %s", async (_sentence, path, body, status) =>
    expect((await rest(`${emulator.url}/emulator/${path}`, { body })).status).toBe(status),
  );
});
