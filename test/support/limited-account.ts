import { generateKeyPairSync } from "node:crypto";
import { writeFields } from "./store.ts";
import type { World } from "./world.ts";

/** Makes a service account that holds exactly these permissions in the project, and stores its key as the one that signs in. */
export async function signInWith(
  world: World,
  { store, name, permissions }: { store: string; name: string; permissions: readonly string[] },
): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const email = `${name}@demo-project.iam.gserviceaccount.com`;
  const role = `projects/demo-project/roles/${name.replaceAll("-", "_")}`;
  await world.control("/emulator/seed", {
    serviceAccounts: [{ email, publicKeyPem: publicKey }],
    roles: { [role]: permissions },
    policies: [
      {
        resource: "projects/demo-project",
        bindings: [{ role, members: [`serviceAccount:${email}`] }],
      },
    ],
  });
  const key = {
    ...{ type: "service_account", project_id: "demo-project", private_key_id: "fake-key-id" },
    ...{ private_key: privateKey, client_email: email, client_id: "100000000000000000002" },
    token_uri: "https://oauth2.googleapis.com/token",
    universe_domain: "googleapis.com",
  };
  writeFields(store, { "gcp_service_account/default/key_json": JSON.stringify(key) });
}
