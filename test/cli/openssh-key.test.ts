import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { generateSshKey, sshKeyPair } from "../../src/cli/openssh-key.ts";

const hasSshKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;

test.skipIf(!hasSshKeygen)(
  "ssh-keygen (needed) reads the key and finds the same public half",
  () => {
    const directory = mkdtempSync(join(tmpdir(), "al-test-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    for (const comment of ["", "a", "action-llama", "a longer comment"]) {
      const { privateKey, publicKey } = generateSshKey(comment);
      writeFileSync(join(directory, "key"), privateKey.reveal(), { mode: 0o600 });
      const { stdout, stderr } = spawnSync("ssh-keygen", ["-y", "-f", join(directory, "key")]);
      expect(`${stdout}${stderr}`.trim()).toBe(publicKey.trim());
    }
  },
);

test("two keys differ", () => {
  expect(generateSshKey("x").publicKey).not.toBe(generateSshKey("x").publicKey);
});

test("the file is written in OpenSSH's form", () => {
  const pair = sshKeyPair({
    seed: new Uint8Array(32).fill(1),
    publicKey: new Uint8Array(32).fill(2),
    comment: "x",
  });
  expect(pair.publicKey).toBe(
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC x",
  );
  const lines = pair.privateKey.reveal().split("\n");
  expect([lines.at(0), lines.at(-2), lines.at(-1)]).toEqual([
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----END OPENSSH PRIVATE KEY-----",
    "",
  ]);
  expect(Buffer.from(lines.slice(1, -2).join(""), "base64").subarray(0, 15).toString()).toBe(
    "openssh-key-v1\0",
  );
});
