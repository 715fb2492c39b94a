import { generateKeyPairSync } from "node:crypto";

/** A pair made for one test file; it opens nothing anywhere. */
export const pair = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

/** The file that Google makes for a service account, with all its fields. */
export const keyFile = {
  type: "service_account",
  project_id: "demo-project",
  private_key_id: "0123456789abcdef0123456789abcdef01234567",
  private_key: pair.privateKey,
  client_email: "al-controller@demo-project.iam.gserviceaccount.com",
  client_id: "100000000000000000001",
  auth_uri: "https://accounts.google.com/o/oauth2/auth",
  token_uri: "https://oauth2.googleapis.com/token",
  universe_domain: "googleapis.com",
};
