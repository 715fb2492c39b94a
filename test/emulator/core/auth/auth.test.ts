import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { rest } from "../../testing/rest.ts";
import { readTestKey, signedJwt, type TestKey } from "../../testing/signed-jwt.ts";

const now = (): number => Math.floor(Date.now() / 1000);
const stranger = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

let emulator: Emulator;
let key: TestKey;

beforeAll(async () => {
  emulator = await startEmulator({ executor: "host", relaxed: true, log: () => undefined });
  key = await readTestKey(emulator.keyFile);
});
afterAll(() => emulator.close());

const listSecrets = (token: string) =>
  rest(`${emulator.url}/v1/projects/demo-project/secrets`, { token });

const exchange = async (assertion: string, grant?: string) => {
  const response = await fetch(`${emulator.url}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: grant ?? "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const assertion = (claims: object = {}): string =>
  signedJwt(key, { aud: "https://oauth2.googleapis.com/token", ...claims });

describe("a self-signed token", () => {
  test.each<[string, () => string, number]>([
    ["with the scope is good", () => signedJwt(key), 200],
    [
      "for this API is good",
      () => signedJwt(key, { scope: undefined, aud: "https://secretmanager.googleapis.com/" }),
      200,
    ],
    [
      "for another API is not",
      () => signedJwt(key, { scope: undefined, aud: "https://run.googleapis.com/" }),
      401,
    ],
    [
      "for the token endpoint is not",
      () => signedJwt(key, { scope: undefined, aud: "https://oauth2.googleapis.com/token" }),
      401,
    ],
    [
      "with another scope is not",
      () => signedJwt(key, { scope: "https://www.googleapis.com/auth/devstorage.read_only" }),
      401,
    ],
    ["by another key is not", () => signedJwt({ ...key, privateKey: stranger.privateKey }), 401],
    ["with another key id is not", () => signedJwt({ ...key, keyId: "0" }), 401],
    [
      "of an unknown account is not",
      () => signedJwt({ ...key, email: "nobody@demo-project.iam.gserviceaccount.com" }),
      401,
    ],
    [
      "for somebody else (sub) is not",
      () => signedJwt(key, { sub: "else@demo-project.iam.gserviceaccount.com" }),
      401,
    ],
    ["that has expired is not", () => signedJwt(key, { iat: now() - 3700, exp: now() - 100 }), 401],
    ["that lives too long is not", () => signedJwt(key, { exp: now() + 7200 }), 401],
    ["from the future is not", () => signedJwt(key, { iat: now() + 1000, exp: now() + 2000 }), 401],
    ["without times is not", () => signedJwt(key, { iat: undefined }), 401],
    ["without signature (alg none) is not", () => signedJwt(key, {}, { alg: "none" }), 401],
    ["that is no JWT is not", () => "a.b.c", 401],
    ["that is missing is not", () => "", 401],
  ])("%s", async (_sentence, token, status) => {
    expect((await listSecrets(token())).status).toBe(status);
  });

  test("is refused in Google's words", async () => {
    const { body } = await listSecrets("nonsense");
    expect(body.error).toEqual({
      code: 401,
      status: "UNAUTHENTICATED",
      message:
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED",
          domain: "googleapis.com",
          metadata: { service: "secretmanager.googleapis.com" },
        },
      ],
    });
  });
});

describe("the token endpoint", () => {
  test("gives an access token that the APIs accept", async () => {
    const { status, body } = await exchange(assertion());
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), expires_in: 3599, token_type: "Bearer" },
    });
    expect((await listSecrets(String(body.access_token))).status).toBe(200);
  });

  test("gives one that the APIs refuse when the scope is too small", async () => {
    const { body } = await exchange(assertion({ scope: "https://www.googleapis.com/auth/drive" }));
    const answer = await listSecrets(String(body.access_token));
    expect([answer.status, answer.body.error.message]).toEqual([
      403,
      "Request had insufficient authentication scopes.",
    ]);
  });

  test.each<[string, () => string, string | undefined, object]>([
    ["another grant", () => assertion(), "password", { error: "unsupported_grant_type" }],
    [
      "another key",
      () => signedJwt({ ...key, privateKey: stranger.privateKey }),
      undefined,
      { error: "invalid_grant", error_description: "Invalid JWT Signature." },
    ],
    ["another audience", () => signedJwt(key), undefined, { error: "invalid_grant" }],
    [
      "an unknown account",
      () => assertion({ iss: "nobody@x.y" }),
      undefined,
      { error: "invalid_grant", error_description: "Invalid grant: account not found" },
    ],
    ["no scope", () => assertion({ scope: undefined }), undefined, { error: "invalid_scope" }],
    ["garbage", () => "garbage", undefined, { error: "invalid_grant" }],
  ])("refuses %s", async (_what, token, grant, expected) => {
    const answer = await exchange(token(), grant);
    expect(answer).toEqual({ status: 400, body: expect.objectContaining(expected) });
  });
});

describe("a seeded account", () => {
  const email = "small@demo-project.iam.gserviceaccount.com";
  const small = (): TestKey => ({ email, privateKey: stranger.privateKey, keyId: "any" });

  test("may do what it was granted, and is told what it may not", async () => {
    const seeded = await rest(`${emulator.url}/emulator/seed`, {
      body: {
        serviceAccounts: [{ email, publicKeyPem: stranger.publicKey }],
        roles: { "projects/demo-project/roles/lister": ["secretmanager.secrets.list"] },
        policies: [
          {
            resource: "projects/demo-project",
            bindings: [
              { role: "projects/demo-project/roles/lister", members: [`serviceAccount:${email}`] },
            ],
          },
        ],
      },
    });
    expect(seeded.status).toBe(200);
    expect((await listSecrets(signedJwt(small()))).status).toBe(200);
    const refused = await rest(`${emulator.url}/v1/projects/demo-project/secrets/al--x`, {
      token: signedJwt(small()),
    });
    expect([refused.status, refused.body.error.status, refused.body.error.message]).toEqual([
      403,
      "PERMISSION_DENIED",
      "Permission 'secretmanager.secrets.get' denied for resource 'projects/demo-project/secrets/al--x' (or it may not exist).",
    ]);
    const job = await rest(
      `${emulator.url}/v2/projects/demo-project/locations/us-central1/jobs/j:run`,
      { token: signedJwt(small()), body: {} },
    );
    expect(job.body.error.message).toBe(
      "Permission 'run.jobs.run' denied on resource 'projects/demo-project/locations/us-central1/jobs/j' (or resource may not exist).",
    );
  });

  test.each([
    ["an unknown key", { accounts: [] }],
    [
      "a condition that nobody understands",
      {
        policies: [
          {
            resource: "projects/demo-project",
            bindings: [{ role: "roles/owner", members: [], condition: { expression: "now()" } }],
          },
        ],
      },
    ],
    [
      "an unknown role",
      {
        policies: [
          { resource: "projects/demo-project", bindings: [{ role: "roles/x", members: [] }] },
        ],
      },
    ],
    [
      "a project number that is another's",
      { project: { id: "demo-other", number: "123456789012" } },
    ],
    ["text that is no JSON", "{"],
  ])("is not made by a seed with %s", async (_what, body) => {
    expect((await rest(`${emulator.url}/emulator/seed`, { body })).status).toBe(400);
  });
});
