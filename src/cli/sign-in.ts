import type { Settings } from "../config/settings.ts";
import { addCommand } from "../credentials/add-command.ts";
import { findCredential } from "../credentials/read-credentials.ts";
import { type CredentialRef, formatRef, parseRef } from "../credentials/ref.ts";
import { ConfigError } from "../errors.ts";
import { connectEmulator } from "../gcp/emulator.ts";
import { parseServiceAccountKey, type ServiceAccountKey } from "../gcp/service-account-key.ts";
import { type Session, signIn } from "../gcp/session.ts";
import { signInKeyless } from "../gcp/sign-in.ts";

/** What `[cloud]` says about signing in. */
type SignInConfig = {
  /** Undefined: Google's application default credentials. */
  readonly credential: string | undefined;
  readonly impersonate?: string | undefined;
  readonly project: string | undefined;
};

/**
 * Signs in as `[cloud]` says: with the stored service-account key that `credential` names, with Google's application
 * default credentials, or with either of them as the service account `impersonate`.
 * @throws ConfigError when the key is not stored, or there are no such credentials
 */
export async function signInStored(cloud: SignInConfig, settings: Settings): Promise<Session> {
  const { credential, impersonate, project } = cloud;
  const key = credential === undefined ? undefined : await storedKey(credential, settings.store);
  const emulator =
    settings.emulator === undefined ? undefined : await connectEmulator(settings.emulator);
  if (key !== undefined && impersonate === undefined) return signIn({ key, project, emulator });
  return signInKeyless({ key, impersonate, project, emulator, settings: settings.google });
}

/** @throws ConfigError when it is not stored; DataError when it is no key */
export async function storedKey(credential: string, store: string): Promise<ServiceAccountKey> {
  const ref = parseRef(credential);
  const found = await findCredential(store, ref);
  const json = found?.fields.find(({ name }) => name === "key_json")?.content;
  if (json === undefined) throw notStored(ref, store);
  return parseServiceAccountKey(json, `The credential ${formatRef(ref)}`);
}

const notStored = (ref: CredentialRef, store: string): ConfigError =>
  new ConfigError({
    what: `The credential ${formatRef(ref)} is missing`,
    why: `al signs in to Google Cloud with the service-account key in ${store}/${ref.type}/${ref.instance}/key_json`,
    remedy: addCommand(ref, { store, field: "key_json" }),
  });
