import { createPrivateKey } from "node:crypto";
import type { Secret } from "../credentials/secret.ts";
import { DataError } from "../errors.ts";

/** The parts of a service-account key that signing in needs. */
export type ServiceAccountKey = {
  readonly project: string;
  readonly email: string;
  readonly privateKey: string;
  readonly privateKeyId: string | undefined;
};

/**
 * Reads a key's JSON. Only `type: "service_account"` is taken: other kinds can name files to read, URLs to fetch or programs
 * to run (https://cloud.google.com/docs/authentication/external/externally-sourced-credentials).
 * @throws DataError, which never quotes the key
 */
export function parseServiceAccountKey(json: Secret, source: string): ServiceAccountKey {
  const key = parseObject(json, source);
  if (key.type !== "service_account") {
    throw malformed(source, `${kindOf(key.type)}, and only "service_account" is accepted`);
  }
  const privateKey = text(key, "private_key", source);
  requirePrivateKey(privateKey, source);
  return {
    project: text(key, "project_id", source),
    email: text(key, "client_email", source),
    privateKey,
    privateKeyId: typeof key.private_key_id === "string" ? key.private_key_id : undefined,
  };
}

/** Names only kinds that Google knows: any other text may be a part of the key that slipped. */
const KINDS = [
  "authorized_user",
  "external_account",
  "external_account_authorized_user",
  "gdch_service_account",
  "impersonated_service_account",
];

function kindOf(type: unknown): string {
  if (typeof type !== "string") return 'its "type" is missing';
  const known = KINDS.find((kind) => kind === type);
  return known === undefined ? 'its "type" is another' : `its "type" is "${known}"`;
}

function parseObject(json: Secret, source: string): { readonly [key: string]: unknown } {
  const value = parseJson(json, source);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw malformed(source, "it is not a JSON object");
}

function parseJson(json: Secret, source: string): unknown {
  try {
    return JSON.parse(json.reveal());
  } catch {
    // biome-ignore lint/style/useErrorCause: the parser's message quotes the text, which is a private key
    throw malformed(source, "it is not valid JSON");
  }
}

function text(key: { readonly [key: string]: unknown }, name: string, source: string): string {
  const value = key[name];
  if (typeof value === "string" && value !== "") return value;
  throw malformed(source, `"${name}" is missing`);
}

/** The tokens are signed with RS256. */
function requirePrivateKey(pem: string, source: string): void {
  const kind = keyKind(pem);
  if (kind === "rsa") return;
  throw malformed(
    source,
    kind === undefined
      ? '"private_key" is not a private key in PEM form'
      : '"private_key" is not an RSA key',
  );
}

function keyKind(pem: string): string | undefined {
  try {
    return createPrivateKey(pem).asymmetricKeyType;
  } catch {
    // What the parser says must not travel with a private key.
    return undefined;
  }
}

const malformed = (source: string, why: string): DataError =>
  new DataError({
    what: `${source} is not a usable service-account key`,
    why,
    remedy:
      "Create a new key and store it:\n" +
      "gcloud iam service-accounts keys create key.json --iam-account=<account>\n" +
      "al creds add gcp_service_account",
  });
