import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Fake values; every one that a type declares secret is searched for in all that al and the emulator print. */
export const SECRET_VALUES = {
  "github_token/default/token": "ghp_fakeFakeFakeFakeFakeFakeFakeFake0001",
  "anthropic_key/default/token": "sk-ant-api03-fake-fake-fake-fake-0002",
  "aws/default/secret_access_key": "fakeFakeFakeFakeFake/fake+Fake/Fake00003",
} as const;

export const PLAIN_VALUES = {
  "git_ssh/botty/username": "Botty O'Bot",
  "git_ssh/botty/email": "botty@example.com",
  "aws/default/access_key_id": "FAKEACCESSKEYID00000",
  "aws/default/default_region": "eu-central-1",
} as const;

/** A throwaway private key in PEM form. */
export const newPrivateKey = (): string =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;

/** Writes fields as the store keeps them: the value and one newline. */
export function writeFields(store: string, fields: Readonly<Record<string, string>>): void {
  for (const [path, value] of Object.entries(fields)) {
    const file = join(store, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${value.trim()}\n`, { mode: 0o600 });
  }
}
