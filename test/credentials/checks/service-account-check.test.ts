import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkCredential } from "../../../src/credentials/checks/check-credential.ts";
import { Secret } from "../../../src/credentials/secret.ts";
import { type Emulator, startEmulator } from "../../emulator/start.ts";
import { json, type Services, startServices } from "./services.ts";

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.close());

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const KEY = {
  type: "service_account",
  project_id: "demo-project",
  private_key_id: "fake",
  private_key: PEM,
  client_email: "al@demo-project.iam.gserviceaccount.com",
  token_uri: "https://elsewhere.example/token",
};
const NOW = 1_800_000_000_000;

const CHECKED =
  "the form: a service account's key; and that Google signs it in (POST oauth2.googleapis.com/token)";

const check = (keyJson: string, baseUrl = services.baseUrl, now = () => NOW) =>
  checkCredential("gcp_service_account", new Map([["key_json", new Secret(keyJson)]]), {
    fetch,
    baseUrl,
    timeoutMs: 20_000,
    now,
  });

test("signs in at Google's own address with a claim that the key signed", async () => {
  services.answer(json({ access_token: "fake" }));
  expect(await check(JSON.stringify(KEY))).toEqual({ outcome: "ok", checked: CHECKED });
  const [request, ...more] = services.received;
  expect([request?.line, more]).toEqual(["POST /oauth2.googleapis.com/token", []]);
  const form = new URLSearchParams(request?.body);
  expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  const [head = "", claim = "", signature = ""] = form.get("assertion")?.split(".") ?? [];
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  expect([read(head), read(claim)]).toEqual([
    { alg: "RS256", typ: "JWT", kid: "fake" },
    {
      iss: KEY.client_email,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: "https://oauth2.googleapis.com/token",
      iat: 1_800_000_000,
      exp: 1_800_003_600,
    },
  ]);
  const signed = Buffer.from(`${head}.${claim}`);
  const bytes = Buffer.from(signature, "base64url");
  expect(
    verify(
      "RSA-SHA256",
      signed,
      createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
      bytes,
    ),
  ).toBe(true);
});

describe("against the emulated Google", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({});
  });
  afterAll(() => emulator.close());
  const atEmulator = () => emulator.url;

  test("the controller's key signs in", async () =>
    expect(await check(readFileSync(emulator.keyFile, "utf8"), atEmulator, Date.now)).toEqual({
      outcome: "ok",
      checked: CHECKED,
    }));

  test("a key that Google does not know is refused", async () =>
    expect(await check(JSON.stringify(KEY), atEmulator, Date.now)).toEqual({
      outcome: "failed",
      checked: CHECKED,
      why: "oauth2.googleapis.com refused it (400 Bad Request)",
    }));
});

describe("a key that cannot be one is not sent", () => {
  test.each<[sentence: string, text: string, why: string]>([
    ["a path", "key.json", "it is not a JSON object; store the whole file that Google gave"],
    ["a list", "[]", "it is not a JSON object; store the whole file that Google gave"],
    ["null", "null", "it is not a JSON object; store the whole file that Google gave"],
    [
      "cut off",
      JSON.stringify(KEY).slice(0, 300),
      "it is not a JSON object; store the whole file that Google gave",
    ],
    [
      "another kind of credential",
      JSON.stringify({ ...KEY, type: "authorized_user" }),
      'its "type" is not "service_account"',
    ],
    ["no e-mail", JSON.stringify({ ...KEY, client_email: "" }), '"client_email" is missing'],
    ["no key", JSON.stringify({ ...KEY, private_key: undefined }), '"private_key" is missing'],
    ["no project", JSON.stringify({ ...KEY, project_id: 5 }), '"project_id" is missing'],
    [
      "a key that is none",
      JSON.stringify({ ...KEY, private_key: "fake" }),
      '"private_key" is not an RSA private key in PEM form',
    ],
    [
      "a key of another kind",
      JSON.stringify({
        ...KEY,
        private_key: generateKeyPairSync("ed25519").privateKey.export({
          type: "pkcs8",
          format: "pem",
        }),
      }),
      '"private_key" is not an RSA private key in PEM form',
    ],
    ["nothing", " \n", "the field key_json is missing or empty"],
  ])("%s", async (_sentence, text, why) => {
    services.answer(json({}));
    expect(await check(text)).toEqual({ outcome: "failed", checked: CHECKED, why });
    expect(services.received).toEqual([]);
  });
});

test.each([
  ["refused", 401, "failed", "oauth2.googleapis.com refused it (401 Unauthorized)"],
  ["trouble", 500, "unknown", "oauth2.googleapis.com has trouble just now (500)"],
  ["a page", 200, "unknown", "oauth2.googleapis.com answered with something else than it should"],
])("%s", async (_sentence, status, outcome, why) => {
  services.answer({ status, body: "<html>" });
  expect(await check(JSON.stringify(KEY))).toEqual({ outcome, checked: CHECKED, why });
});
