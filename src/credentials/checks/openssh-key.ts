const MAGIC = Buffer.from("openssh-key-v1\0");
const ARMOUR =
  /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/;

/**
 * Reads the outside of a key in OpenSSH's own format, which node:crypto does not know; undefined when it is not whole
 * (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key).
 */
export function readOpenSshKey(text: string): { readonly encrypted: boolean } | undefined {
  const bytes = Buffer.from(ARMOUR.exec(text)?.[1] ?? "", "base64");
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const [cipher, afterCipher] = field(bytes, MAGIC.length);
  const [, afterKdf] = field(bytes, afterCipher);
  const [, afterKdfOptions] = field(bytes, afterKdf);
  // Then the number of keys, a public key for each, and the private part.
  const [, afterPublicKey] = field(bytes, afterKdfOptions + 4);
  const [privatePart] = field(bytes, afterPublicKey);
  if (cipher === undefined || privatePart === undefined || privatePart.length < 8) return undefined;
  const encrypted = cipher.toString() !== "none";
  // Two equal numbers begin a private part that can be read.
  return encrypted || privatePart.readUInt32BE(0) === privatePart.readUInt32BE(4)
    ? { encrypted }
    : undefined;
}

/** A text with its length before it, and where the next one begins; nothing from where the bytes end too early. */
function field(bytes: Buffer, at: number): [text: Buffer | undefined, next: number] {
  if (at + 4 > bytes.length) return [undefined, Number.POSITIVE_INFINITY];
  const end = at + 4 + bytes.readUInt32BE(at);
  if (end > bytes.length) return [undefined, Number.POSITIVE_INFINITY];
  return [bytes.subarray(at + 4, end), end];
}
