import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/credentials/secret.ts";
import { parseServiceAccountKey } from "../../src/gcp/service-account-key.ts";
import { everyTextOf, wordsOf } from "./fake-google.ts";
import { keyFile, pair } from "./fake-key.ts";

const SOURCE = "The credential gcp_service_account";

const parse = (json: string) => parseServiceAccountKey(new Secret(json), SOURCE);
const errorOf = (json: string): unknown => {
  try {
    parse(json);
  } catch (error) {
    return error;
  }
  return expect.fail("it was accepted");
};

/** The key's JSON with some fields changed; undefined takes one away. */
const changed = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...keyFile, ...fields });

const good = {
  project: keyFile.project_id,
  email: keyFile.client_email,
  privateKey: keyFile.private_key,
  privateKeyId: keyFile.private_key_id,
};

describe("a service-account key", () => {
  const pkcs1 = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;
  test.each([
    ["is read as Google makes it", changed({}), good],
    ["may be written over several lines", JSON.stringify(keyFile, undefined, 2), good],
    ["may end with a newline", `${changed({})}\n`, good],
    ["needs no id", changed({ private_key_id: undefined }), { ...good, privateKeyId: undefined }],
    [
      "may have an id of another kind",
      changed({ private_key_id: 7 }),
      { ...good, privateKeyId: undefined },
    ],
    [
      "may be in the older PEM form",
      changed({ private_key: pkcs1 }),
      { ...good, privateKey: pkcs1 },
    ],
  ])("%s", (_sentence, json, expected) => expect(parse(json)).toEqual(expected));
});

const NO_JSON = "it is not valid JSON";
const NO_OBJECT = "it is not a JSON object";
const ONLY = 'and only "service_account" is accepted';
const NO_PEM = '"private_key" is not a private key in PEM form';
const missing = (name: string): string => `"${name}" is missing`;

const pems = { type: "pkcs8", format: "pem" } as const;
const publicPems = { type: "spki", format: "pem" } as const;
const elliptic = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: pems,
  publicKeyEncoding: publicPems,
}).privateKey;
const edwards = generateKeyPairSync("ed25519", {
  privateKeyEncoding: pems,
  publicKeyEncoding: publicPems,
}).privateKey;
const encrypted = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { ...pems, cipher: "aes-256-cbc", passphrase: "obviously-fake" },
  publicKeyEncoding: publicPems,
}).privateKey;

/** Malformed forms: the sentence, the text, and why it is refused. */
const malformed: readonly (readonly [string, string, string])[] = [
  ["nothing", "", NO_JSON],
  ["a private key alone", keyFile.private_key, NO_JSON],
  ["a key cut short", changed({}).slice(0, -40), NO_JSON],
  ["a key with something after it", `${changed({})}}`, NO_JSON],
  ["a path", "/home/me/key.json", NO_JSON],
  ["base64 of a key", Buffer.from(changed({})).toString("base64"), NO_JSON],
  ["null", "null", NO_OBJECT],
  ["a text", JSON.stringify(changed({})), NO_OBJECT],
  ["a list", JSON.stringify([keyFile]), NO_OBJECT],
  ["a number", "7", NO_OBJECT],
  ["an empty object", "{}", `its "type" is missing, ${ONLY}`],
  ["a type of another kind", changed({ type: 7 }), `its "type" is missing, ${ONLY}`],
  [
    "a person's login",
    changed({ type: "authorized_user" }),
    `its "type" is "authorized_user", ${ONLY}`,
  ],
  [
    "a federated identity",
    JSON.stringify({ type: "external_account", token_url: "https://sts.googleapis.com/v1/token" }),
    `its "type" is "external_account", ${ONLY}`,
  ],
  [
    "an impersonation",
    changed({ type: "impersonated_service_account" }),
    `its "type" is "impersonated_service_account", ${ONLY}`,
  ],
  ["no private key", changed({ private_key: undefined }), missing("private_key")],
  ["an empty private key", changed({ private_key: "" }), missing("private_key")],
  [
    "a private key of another kind",
    changed({ private_key: [keyFile.private_key] }),
    missing("private_key"),
  ],
  ["no project", changed({ project_id: undefined }), missing("project_id")],
  ["an empty project", changed({ project_id: "" }), missing("project_id")],
  ["a project's number", changed({ project_id: 123456789012 }), missing("project_id")],
  ["no address", changed({ client_email: undefined }), missing("client_email")],
  ["an empty address", changed({ client_email: "" }), missing("client_email")],
  ["a private key that is none", changed({ private_key: "obviously-fake" }), NO_PEM],
  ["a public key in its place", changed({ private_key: pair.publicKey }), NO_PEM],
  [
    "a private key whose newlines were lost",
    changed({ private_key: keyFile.private_key.replaceAll("\n", " ") }),
    NO_PEM,
  ],
  [
    "a private key whose newlines were escaped twice",
    changed({ private_key: keyFile.private_key.replaceAll("\n", "\\n") }),
    NO_PEM,
  ],
  ["a private key cut short", changed({ private_key: keyFile.private_key.slice(0, 400) }), NO_PEM],
  ["an encrypted private key", changed({ private_key: encrypted }), NO_PEM],
];

/** Twelve characters of a key are a part of it, wherever they stand. */
const PART = 12;
const parts = [
  ...[keyFile.private_key, keyFile.private_key_id].flatMap((text) => {
    const body = text.replaceAll(/-----[A-Z ]+-----|\n/g, "");
    return Array.from({ length: body.length - PART + 1 }, (_, at) => body.slice(at, at + PART));
  }),
];
/** The first part of the key that the text holds, if any. */
const quotedIn = (text: string): string[] => {
  const joined = text.replaceAll(/\\n|\n/g, "");
  return parts.filter((part) => text.includes(part) || joined.includes(part)).slice(0, 1);
};

describe("what is no usable key", () => {
  test.each(malformed)("%s is refused with the reason", (_sentence, json, why) =>
    expect(wordsOf(errorOf(json))).toEqual({
      name: "DataError",
      exit: 65,
      what: "The credential gcp_service_account is not a usable service-account key",
      why,
      remedy:
        "Create a new key and store it:\n" +
        "gcloud iam service-accounts keys create key.json --iam-account=<account>\n" +
        "al creds add gcp_service_account",
    }),
  );

  // Google's tokens are signed with RSA: another key would sign something that Google only calls invalid.
  test.each([
    ["an elliptic key", elliptic],
    ["an Edwards key", edwards],
  ])("%s is refused before it signs anything", (_sentence, privateKey) =>
    expect(wordsOf(errorOf(changed({ private_key: privateKey })))).toMatchObject({
      name: "DataError",
      exit: 65,
    }),
  );

  test.each(malformed)("%s is not quoted", (_sentence, json) =>
    expect(quotedIn(everyTextOf(errorOf(json)))).toEqual([]),
  );

  test.each([
    ["the private key", keyFile.private_key],
    ["its id", keyFile.private_key_id],
    ["the whole file", changed({})],
  ])("a type that is %s is not quoted", (_sentence, type) =>
    expect(quotedIn(everyTextOf(errorOf(changed({ type }))))).toEqual([]),
  );

  test("a key that is cut anywhere is refused and not quoted", () => {
    const whole = changed({});
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(quotedIn(everyTextOf(errorOf(whole.slice(0, length))))).toEqual([]);
      }),
    );
  });

  test("any JSON at all is refused by a reason or read, and never fails otherwise", () =>
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(wordsOf(errorOf(json)).exit).toBe(65);
      }),
    ));
});
