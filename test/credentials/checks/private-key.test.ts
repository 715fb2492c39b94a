import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkCredential } from "../../../src/credentials/checks/check-credential.ts";
import { privateKeyFinding } from "../../../src/credentials/checks/private-key.ts";
import { Secret } from "../../../src/credentials/secret.ts";
import { temporaryDirectory } from "../temporary-store.ts";

const isInstalled = (): boolean => {
  try {
    execFileSync("ssh-keygen", ["-?"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
};
const lacksSshKeygen = !isInstalled();

async function sshKeygen(...options: readonly string[]): Promise<{ key: string; pub: string }> {
  const path = join(await temporaryDirectory(), "key");
  execFileSync("ssh-keygen", ["-q", "-f", path, "-C", "fake", ...options]);
  return { key: readFileSync(path, "utf8"), pub: readFileSync(`${path}.pub`, "utf8") };
}

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ED25519 = generateKeyPairSync("ed25519");
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });

const DAMAGED = {
  outcome: "failed",
  why: "it is cut off or damaged: it does not read as a private key",
};
const PASSPHRASE = {
  outcome: "failed",
  why: "the key has a passphrase, and nobody can type it where the key is used; take it off a copy with: ssh-keygen -p -f <copy>",
};

describe("keys in PEM form", () => {
  test.each([
    ["PKCS 1", RSA.privateKey.export({ type: "pkcs1", format: "pem" })],
    ["PKCS 8 of RSA", RSA.privateKey.export({ type: "pkcs8", format: "pem" })],
    ["PKCS 8 of Ed25519", ED25519.privateKey.export({ type: "pkcs8", format: "pem" })],
    ["SEC 1", EC.privateKey.export({ type: "sec1", format: "pem" })],
  ])("%s is a key", (_form, pem) => {
    expect(privateKeyFinding(String(pem))).toBeUndefined();
    expect(privateKeyFinding(String(pem).trim())).toBeUndefined();
    expect(privateKeyFinding(String(pem).replaceAll("\n", "\r\n"))).toBeUndefined();
  });

  test.each([
    [
      "PKCS 8",
      RSA.privateKey.export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "fake",
      }),
    ],
    [
      "PKCS 1",
      RSA.privateKey.export({
        type: "pkcs1",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "fake",
      }),
    ],
  ])("with a passphrase, in %s", (_form, pem) =>
    expect(privateKeyFinding(String(pem))).toEqual(PASSPHRASE),
  );

  test("cut off", () => {
    const pem = String(RSA.privateKey.export({ type: "pkcs8", format: "pem" }));
    expect(privateKeyFinding(pem.slice(0, 200))).toEqual(DAMAGED);
  });
});

describe.skipIf(lacksSshKeygen)("keys of ssh-keygen (where it is installed)", () => {
  test.each(["ed25519", "rsa", "ecdsa"])("%s is a key", async (type) =>
    expect(privateKeyFinding((await sshKeygen("-t", type, "-N", "")).key)).toBeUndefined(),
  );

  test.each(["ed25519", "rsa"])("%s with a passphrase", async (type) =>
    expect(privateKeyFinding((await sshKeygen("-t", type, "-N", "fake-passphrase")).key)).toEqual(
      PASSPHRASE,
    ),
  );

  test("a public key is told from a private one", async () =>
    expect(privateKeyFinding((await sshKeygen("-t", "ed25519", "-N", "")).pub)).toEqual({
      outcome: "failed",
      why: "it is the public key; the private one is in the file without .pub",
    }));

  test("cut off anywhere, or with lines missing", async () => {
    const { key } = await sshKeygen("-t", "ed25519", "-N", "");
    const lines = key.trim().split("\n");
    for (let end = 1; end < lines.length; end += 1) {
      expect(privateKeyFinding(lines.slice(0, end).join("\n"))).toEqual(DAMAGED);
    }
    const holed = [...lines.slice(0, 2), ...lines.slice(3)].join("\n");
    expect(privateKeyFinding(holed)).toEqual(DAMAGED);
  });
});

describe("what is no private key", () => {
  const why = (text: string) => privateKeyFinding(text)?.why;

  test.each([
    [
      "a key of PuTTY",
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
      "it is a key of PuTTY; convert it with: puttygen <file> -O private-openssh -o id_rsa",
    ],
    [
      "a public key in PEM form",
      String(RSA.publicKey.export({ type: "spki", format: "pem" })),
      "it is the public key; the private one is in the file without .pub",
    ],
    [
      "a path",
      "~/.ssh/id_rsa",
      'it is not a private key: there is no line "-----BEGIN … PRIVATE KEY-----"',
    ],
    [
      "a certificate",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      'it is not a private key: there is no line "-----BEGIN … PRIVATE KEY-----"',
    ],
  ])("%s", (_sentence, text, expected) => expect(why(text)).toBe(expected));

  test("any bytes in OpenSSH's armour are damaged, and none makes reading fail", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withMagic) => {
        const magic = withMagic ? "openssh-key-v1\0" : "";
        const body = Buffer.concat([Buffer.from(magic), bytes]).toString("base64");
        const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`;
        expect(privateKeyFinding(text)).toEqual(DAMAGED);
      }),
    ));
});

describe("in the credentials that hold one", () => {
  const key = String(ED25519.privateKey.export({ type: "pkcs8", format: "pem" }));
  const check = (type: string, values: Readonly<Record<string, string>>) =>
    checkCredential(
      type,
      new Map(Object.entries(values).map(([field, value]) => [field, new Secret(value)])),
      { fetch, timeoutMs: 20_000 },
    );
  const GIT = { id_rsa: key, username: "Botty O'Bot", email: "botty@example.com" };
  const NOT_ONE_LINE = "has a line break, or one of < and >, which git does not take";

  test.each<[sentence: string, type: string, values: Record<string, string>, why?: string]>([
    ["git_ssh", "git_ssh", GIT],
    ["vps_ssh", "vps_ssh", { id_rsa: key }],
    ["vps_ssh under its older name", "vps_ssh", { private_key: key, public_key: "ssh-rsa AAAA" }],
    [
      "a name of two lines",
      "git_ssh",
      { ...GIT, username: "a\nb" },
      `the username ${NOT_ONE_LINE}`,
    ],
    ["an e-mail in brackets", "git_ssh", { ...GIT, email: "<a@b>" }, `the email ${NOT_ONE_LINE}`],
    ["no name", "git_ssh", { ...GIT, username: "" }, "the field username is missing or empty"],
    ["a cut key", "vps_ssh", { id_rsa: key.slice(0, 60) }, DAMAGED.why],
  ])("%s", async (_sentence, type, values, why) =>
    expect(await check(type, values)).toEqual({
      outcome: why === undefined ? "ok" : "failed",
      checked: expect.stringContaining("a private key without a passphrase"),
      ...(why === undefined ? {} : { why }),
    }),
  );
});
