import { generateKeyPairSync } from "node:crypto";
import { grpc } from "google-gax";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { rest } from "../../testing/rest.ts";
import { readTestKey, signedJwt, type TestKey } from "../../testing/signed-jwt.ts";

const stranger = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

let emulator: Emulator;
let client: grpc.Client;
let key: TestKey;

beforeAll(async () => {
  emulator = await startEmulator({ executor: "host", relaxed: true, log: () => undefined });
  key = await readTestKey(emulator.keyFile);
  const { body } = await rest(`${emulator.url}/emulator/info`);
  const credentials = grpc.credentials.createSsl(Buffer.from(body.ca));
  client = new grpc.Client(`localhost:${body.grpc.port}`, credentials);
});
afterAll(async () => {
  client?.close();
  await emulator?.close();
});

/** The status of ListSecrets with raw bytes and a raw header, without any client's help. */
const call = (authorization: string | undefined, bytes: Buffer = Buffer.alloc(0)) =>
  new Promise<number>((resolve) => {
    const metadata = new grpc.Metadata();
    if (authorization !== undefined) metadata.set("authorization", authorization);
    client.makeUnaryRequest(
      "/google.cloud.secretmanager.v1.SecretManagerService/ListSecrets",
      (request: Buffer) => request,
      (reply: Buffer) => reply,
      bytes,
      metadata,
      (error) => resolve(error?.code ?? 0),
    );
  });

// ListSecretsRequest {parent: "projects/demo-project"}
const LIST = Buffer.from("\n\x15projects/demo-project", "latin1");

test.each<[string, () => string | undefined, number]>([
  ["a good token enters", () => `Bearer ${signedJwt(key)}`, grpc.status.OK],
  ["no token does not", () => undefined, grpc.status.UNAUTHENTICATED],
  ["owner does not, because it is for REST", () => "Bearer owner", grpc.status.UNAUTHENTICATED],
  ["another scheme does not", () => "Basic b3duZXI=", grpc.status.UNAUTHENTICATED],
  [
    "another key does not",
    () => `Bearer ${signedJwt({ ...key, privateKey: stranger.privateKey })}`,
    grpc.status.UNAUTHENTICATED,
  ],
  [
    "a token for another API does not",
    () => `Bearer ${signedJwt(key, { scope: undefined, aud: "https://run.googleapis.com/" })}`,
    grpc.status.UNAUTHENTICATED,
  ],
])("%s", async (_sentence, authorization, code) => {
  expect(await call(authorization(), LIST)).toBe(code);
});

test("bytes that are no request are refused", async () => {
  expect(await call(`Bearer ${signedJwt(key)}`, Buffer.from("garbage"))).toBe(
    grpc.status.INVALID_ARGUMENT,
  );
});
