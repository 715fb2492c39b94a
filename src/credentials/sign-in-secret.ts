/**
 * What is secret in the file that signs in: the private key, which no copy of the file is without. The file's other lines, such
 * as `"type": "service_account",`, are in every such file and in many a harmless text. Of anything else, all is.
 */
export function signInSecret(value: string): string {
  const key = parsed(value);
  return isKey(key) ? key.private_key.trim() : value;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // Signing in says what is wrong with the file; the parser's own words would quote it.
    return undefined;
  }
}

const isKey = (value: unknown): value is { private_key: string } =>
  typeof value === "object" &&
  value !== null &&
  "private_key" in value &&
  typeof value.private_key === "string" &&
  value.private_key.trim() !== "";
