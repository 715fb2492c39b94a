import { sign } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What a test needs of a service-account key file. */
export type TestKey = { email: string; privateKey: string; keyId: string };

export async function readTestKey(file: string): Promise<TestKey> {
  const json = JSON.parse(await readFile(file, "utf8"));
  return { email: json.client_email, privateKey: json.private_key, keyId: json.private_key_id };
}

/** Signs claims as google-auth-library would, or differently where a test wants it. */
export function signedJwt(
  key: TestKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): string {
  const iat = Math.floor(Date.now() / 1000);
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = encode({ alg: "RS256", typ: "JWT", kid: key.keyId, ...header });
  const body = encode({
    iss: key.email,
    sub: key.email,
    scope: "https://www.googleapis.com/auth/cloud-platform",
    iat,
    exp: iat + 3600,
    ...claims,
  });
  const signature = sign("RSA-SHA256", Buffer.from(`${head}.${body}`), key.privateKey);
  return `${head}.${body}.${signature.toString("base64url")}`;
}
