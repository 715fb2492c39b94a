import { homedir } from "node:os";
import { join } from "node:path";

export type Variables = Readonly<Record<string, string | undefined>>;

/** What Google's own tools are told by the environment about signing in. */
type GoogleSettings = {
  /** GOOGLE_APPLICATION_CREDENTIALS: a file to sign in with. */
  readonly applicationCredentials: string | undefined;
  /** Where gcloud keeps its own files. */
  readonly gcloudDirectory: string;
  /** GOOGLE_CLOUD_PROJECT. */
  readonly project: string | undefined;
  /** GOOGLE_CLOUD_QUOTA_PROJECT: the project that is billed for a person's calls. */
  readonly quotaProject: string | undefined;
  /** GCE_METADATA_HOST: where a metadata server is, instead of Google's own address. */
  readonly metadataHost: string | undefined;
  /** GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1: a file to sign in with may name a program to run. */
  readonly allowExecutables: boolean;
};

/** Where things lie on this machine, and what the environment chooses. */
export type Settings = {
  readonly store: string;
  readonly environments: string;
  /** Name of the environment file that AL_ENV chooses. */
  readonly environment: string | undefined;
  /** URL of the emulator that stands in for Google, if any. */
  readonly emulator: string | undefined;
  readonly google: GoogleSettings;
};

/** Reads the settings from environment variables; an empty variable counts as not set. */
export function readSettings(variables: Variables): Settings {
  const user = set(variables.HOME) ?? homedir();
  const home = join(user, ".action-llama");
  return {
    store: set(variables.AL_CREDENTIALS_DIR) ?? join(home, "credentials"),
    environments: set(variables.AL_ENVIRONMENTS_DIR) ?? join(home, "environments"),
    environment: set(variables.AL_ENV),
    emulator: set(variables.AL_GCP_EMULATOR),
    google: googleSettings(variables, user),
  };
}

// https://cloud.google.com/docs/authentication/application-default-credentials says where gcloud's files are.
const googleSettings = (variables: Variables, user: string): GoogleSettings => ({
  applicationCredentials: set(variables.GOOGLE_APPLICATION_CREDENTIALS),
  gcloudDirectory:
    set(variables.CLOUDSDK_CONFIG) ??
    join(set(variables.APPDATA) ?? join(user, ".config"), "gcloud"),
  project: set(variables.GOOGLE_CLOUD_PROJECT),
  quotaProject: set(variables.GOOGLE_CLOUD_QUOTA_PROJECT),
  metadataHost: set(variables.GCE_METADATA_HOST),
  allowExecutables: variables.GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES === "1",
});

const set = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
