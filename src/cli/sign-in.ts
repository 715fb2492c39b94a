import type { Settings } from "../config/settings.ts";
import { findCredential } from "../credentials/read-credentials.ts";
import { type CredentialRef, formatRef, parseRef } from "../credentials/ref.ts";
import { ConfigError } from "../errors.ts";
import { connectEmulator } from "../gcp/emulator.ts";
import { parseServiceAccountKey } from "../gcp/service-account-key.ts";
import { type Session, signIn } from "../gcp/session.ts";

/**
 * Signs in with the stored service-account key that `[cloud] credential` names.
 * @throws ConfigError when it is not stored
 */
export async function signInStored(
  cloud: { readonly credential: string; readonly project: string | undefined },
  settings: Settings,
): Promise<Session> {
  const ref = parseRef(cloud.credential);
  const credential = await findCredential(settings.store, ref);
  const json = credential?.fields.find(({ name }) => name === "key_json")?.content;
  if (json === undefined) throw notStored(ref, settings.store);
  const key = parseServiceAccountKey(json, `The credential ${formatRef(ref)}`);
  const emulator =
    settings.emulator === undefined ? undefined : await connectEmulator(settings.emulator);
  return signIn({ key, project: cloud.project, emulator });
}

const notStored = (ref: CredentialRef, store: string): ConfigError =>
  new ConfigError({
    what: `The credential ${formatRef(ref)} is missing`,
    why: `al signs in to Google Cloud with the service-account key in ${store}/${ref.type}/${ref.instance}/key_json`,
    remedy: `al creds add ${formatRef(ref)}`,
  });
