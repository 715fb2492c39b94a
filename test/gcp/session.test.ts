import { verify } from "node:crypto";
import { Socket } from "node:net";
import { grpc } from "google-gax";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clientOptions, type Session, signIn } from "../../src/gcp/session.ts";
import { outcomeOf } from "./fake-google.ts";
import { keyFile, pair } from "./fake-key.ts";

const key = {
  project: keyFile.project_id,
  email: keyFile.client_email,
  privateKey: keyFile.private_key,
  privateKeyId: keyFile.private_key_id,
};
const emulator = {
  url: "http://127.0.0.1:9470",
  host: "localhost",
  port: 9471,
  ca: "-----BEGIN CERTIFICATE-----\nb2J2aW91c2x5IGZha2U=\n-----END CERTIFICATE-----\n",
};
const here = { key, project: undefined, emulator: undefined };

describe("signing in", () => {
  const shown = ({ auth: _, ...rest }: Session) => rest;
  test.each([
    [
      "takes the key's own project where no other is said",
      here,
      { project: "demo-project", principal: key.email, emulator: undefined },
    ],
    [
      "takes the project that is configured",
      { ...here, project: "other-project" },
      { project: "other-project", principal: key.email, emulator: undefined },
    ],
    [
      "takes a demonstration to the emulator",
      { ...here, project: "demo-other", emulator },
      { project: "demo-other", principal: key.email, emulator },
    ],
  ])("%s", (_sentence, input, expected) => expect(shown(signIn(input))).toEqual(expected));

  const refusal = (source: string, project: string) => ({
    threw: {
      name: "ConfigError",
      exit: 78,
      what: `${source} names the project "${project}" while AL_GCP_EMULATOR is set`,
      why: "the emulator is only for projects whose id begins with demo-, so that no real credential reaches it",
      remedy:
        "Unset AL_GCP_EMULATOR to use Google Cloud, or use the key file that the emulator made.",
    },
  });
  test.each([
    [
      "a real key",
      { key: { ...key, project: "acme-prod" }, project: undefined },
      refusal("The service-account key", "acme-prod"),
    ],
    [
      "a real key under a demonstration's name",
      { key: { ...key, project: "acme-prod" }, project: "demo-project" },
      refusal("The service-account key", "acme-prod"),
    ],
    [
      "a real project, with a demonstration's key",
      { key, project: "acme-prod" },
      refusal("[cloud] project", "acme-prod"),
    ],
  ])("never takes %s to the emulator", async (_sentence, input, expected) =>
    expect(await outcomeOf((async () => signIn({ ...input, emulator }))())).toEqual(expected),
  );
});

describe("what would be sent", () => {
  const noNetwork = (): never => {
    throw new Error("no network in this test");
  };
  beforeEach(() => {
    vi.spyOn(Socket.prototype, "connect").mockImplementation(noNetwork);
    vi.spyOn(globalThis, "fetch").mockImplementation(noNetwork);
  });
  afterEach(() => {
    const asked = [vi.mocked(Socket.prototype.connect).mock.calls, vi.mocked(fetch).mock.calls];
    vi.restoreAllMocks();
    expect(asked).toEqual([[], []]);
  });

  const part = (text = ""): unknown => JSON.parse(Buffer.from(text, "base64url").toString());

  test.each([
    ["for Cloud Run", "https://run.googleapis.com/google.cloud.run.v2.Jobs/RunJob"],
    ["for Secret Manager", "https://secretmanager.googleapis.com/"],
    ["for an emulator", "https://localhost:9471/"],
  ])("is a token signed here, for every service alike: %s", async (_sentence, url) => {
    const headers = await signIn(here).auth.getRequestHeaders(url);
    const [, token = ""] = /^Bearer (\S+)$/.exec(headers.get("authorization") ?? "") ?? [];
    const [header, claims, signature = ""] = token.split(".");
    expect({ header: part(header), claims: part(claims) }).toEqual({
      header: { alg: "RS256", typ: "JWT", kid: keyFile.private_key_id },
      claims: {
        iss: key.email,
        sub: key.email,
        scope: "https://www.googleapis.com/auth/cloud-platform",
        iat: expect.any(Number),
        exp: expect.any(Number),
      },
    });
    const signed = Buffer.from(`${header}.${claims}`);
    const bytes = Buffer.from(signature, "base64url");
    expect(verify("RSA-SHA256", signed, pair.publicKey, bytes)).toBe(true);
  });

  test("says no key id where the key has none", async () => {
    const session = signIn({ ...here, key: { ...key, privateKeyId: undefined } });
    const headers = await session.auth.getRequestHeaders("https://run.googleapis.com/");
    const [, token = ""] = /^Bearer (\S+)$/.exec(headers.get("authorization") ?? "") ?? [];
    expect(part(token.split(".")[0])).toEqual({ alg: "RS256", typ: "JWT" });
  });
});

describe("options of Google's clients", () => {
  test("of Google itself are the sign-in and the project, and no address", () => {
    const session = signIn(here);
    expect(clientOptions(session)).toEqual({ authClient: session.auth, projectId: "demo-project" });
    expect(clientOptions(session).authClient).toBe(session.auth);
  });

  test("of an emulator name it, and the authority whose TLS it speaks", () => {
    const session = signIn({ ...here, emulator });
    const { sslCreds, ...rest } = clientOptions(session);
    expect(rest).toEqual({
      authClient: session.auth,
      projectId: "demo-project",
      apiEndpoint: "localhost",
      port: 9471,
      "grpc.enable_http_proxy": 0,
    });
    expect(sslCreds).toBeInstanceOf(grpc.ChannelCredentials);
  });
});
