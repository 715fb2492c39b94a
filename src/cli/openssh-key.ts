import { createHash, generateKeyPairSync } from "node:crypto";
import { Secret } from "../credentials/secret.ts";

const KEY_TYPE = "ssh-ed25519";
const BLOCK_BYTES = 8;

export type SshKeyPair = {
  readonly privateKey: Secret;
  /** One line for authorized_keys. */
  readonly publicKey: string;
};

/** A new ed25519 key pair, the private half as `ssh-keygen` writes it, without a passphrase. */
export function generateSshKey(comment: string): SshKeyPair {
  const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return sshKeyPair({
    seed: Buffer.from(d, "base64url"),
    publicKey: Buffer.from(x, "base64url"),
    comment,
  });
}

/** Writes a key in OpenSSH's own format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
export function sshKeyPair(key: {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly comment: string;
}): SshKeyPair {
  const publicBlob = Buffer.concat([text(KEY_TYPE), bytes(key.publicKey)]);
  // The format asks for one number twice, by which a reader sees that it decrypted rightly; it need not be random without a passphrase.
  const checkNumber = createHash("sha256").update(key.seed).digest().subarray(0, 4);
  const secretBlob = padded(
    Buffer.concat([
      checkNumber,
      checkNumber,
      publicBlob,
      bytes(Buffer.concat([key.seed, key.publicKey])),
      text(key.comment),
    ]),
  );
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    text("none"),
    text("none"),
    text(""),
    number(1),
    bytes(publicBlob),
    bytes(secretBlob),
  ]);
  return {
    privateKey: new Secret(
      [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        ...(file.toString("base64").match(/.{1,70}/g) ?? []),
        "-----END OPENSSH PRIVATE KEY-----\n",
      ].join("\n"),
    ),
    publicKey: `${KEY_TYPE} ${publicBlob.toString("base64")} ${key.comment}`,
  };
}

/** OpenSSH's padding: 1, 2, 3, … up to a whole block. */
function padded(blob: Uint8Array): Uint8Array {
  const missing = (BLOCK_BYTES - (blob.length % BLOCK_BYTES)) % BLOCK_BYTES;
  return Buffer.concat([blob, Uint8Array.from({ length: missing }, (_, index) => index + 1)]);
}

function number(value: number): Uint8Array {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

const bytes = (value: Uint8Array): Uint8Array => Buffer.concat([number(value.length), value]);

const text = (value: string): Uint8Array => bytes(Buffer.from(value));
