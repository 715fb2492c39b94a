import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { Check } from "./check.ts";
import { failed } from "./finding.ts";
import { httpCheck } from "./http-check.ts";

/** Google's own; the `token_uri` in a key is not asked, because whoever wrote the key chose it. */
const TOKEN_URL = "https://oauth2.googleapis.com/token";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

type Key = {
  readonly email: string;
  readonly privateKey: KeyObject;
  readonly keyId: string | undefined;
};

/** Signs in with the key as the runtime does (https://developers.google.com/identity/protocols/oauth2/service-account#httprest). */
export const SERVICE_ACCOUNT_CHECK: Check = {
  checked:
    "the form: a service account's key; and that Google signs it in (POST oauth2.googleapis.com/token)",
  find(values, tools) {
    const key = readKey(values("key_json"));
    if (typeof key === "string") return failed(key);
    const assertion = signedClaim(key, Math.floor(tools.now() / 1000));
    return signIn(assertion).find?.(values, tools);
  },
};

const signIn = (assertion: string): Check =>
  httpCheck("", {
    call: () => ({
      method: "POST",
      url: TOKEN_URL,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion,
      }).toString(),
    }),
    isAnswer: (json) => "access_token" in json,
  });

/** The key's parts, or what is wrong with it. */
function readKey(text: string): Key | string {
  const key = parseObject(text);
  if (key === undefined) return "it is not a JSON object; store the whole file that Google gave";
  if (key.type !== "service_account") return 'its "type" is not "service_account"';
  const { client_email: email, private_key: pem } = key;
  const absent = ["client_email", "private_key", "project_id"].find(
    (name) => typeof key[name] !== "string" || key[name] === "",
  );
  if (absent !== undefined) return `"${absent}" is missing`;
  const privateKey = parsePem(String(pem));
  return privateKey === undefined
    ? '"private_key" is not an RSA private key in PEM form'
    : { email: String(email), privateKey, keyId: textOf(key.private_key_id) };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

function parseObject(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function parsePem(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" ? key : undefined;
  } catch {
    return undefined;
  }
}

function signedClaim({ email, privateKey, keyId }: Key, nowSeconds: number): string {
  const claim = {
    iss: email,
    scope: SCOPE,
    aud: TOKEN_URL,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
  };
  const head = [{ alg: "RS256", typ: "JWT", kid: keyId }, claim]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${head}.${sign("RSA-SHA256", Buffer.from(head), privateKey).toString("base64url")}`;
}
