import { generateKeyPair, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A service account's fresh key pair. The private half is only in the file. */
export type ServiceAccountKey = {
  readonly email: string;
  readonly keyId: string;
  readonly publicKeyPem: string;
  /** Private to this user; removed by `remove`. */
  readonly directory: string;
  readonly file: string;
  remove(): Promise<void>;
};

/** Makes a key and writes it as the console would download it. */
export async function writeServiceAccountKey(account: {
  email: string;
  projectId: string;
}): Promise<ServiceAccountKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const keyId = randomBytes(20).toString("hex");
  // mkdtemp makes the directory 0700.
  const directory = await mkdtemp(join(tmpdir(), "al-emulator-"));
  const file = join(directory, "controller-key.json");
  const json = keyJson({ ...account, keyId, privateKey });
  await writeFile(file, `${JSON.stringify(json, null, 2)}\n`, { mode: 0o600 });
  return {
    email: account.email,
    keyId,
    publicKeyPem: publicKey,
    directory,
    file,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

const keyJson = (account: {
  email: string;
  projectId: string;
  keyId: string;
  privateKey: string;
}): object => ({
  type: "service_account",
  project_id: account.projectId,
  private_key_id: account.keyId,
  private_key: account.privateKey,
  client_email: account.email,
  client_id: "100000000000000000001",
  auth_uri: "https://accounts.google.com/o/oauth2/auth",
  token_uri: "https://oauth2.googleapis.com/token",
  auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
  client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(account.email)}`,
  universe_domain: "googleapis.com",
});
