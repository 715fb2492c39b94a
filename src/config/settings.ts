import { homedir } from "node:os";
import { join } from "node:path";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where things lie on this machine, and what the environment chooses. */
export type Settings = {
  readonly store: string;
  readonly environments: string;
  /** Name of the environment file that AL_ENV chooses. */
  readonly environment: string | undefined;
  /** URL of the emulator that stands in for Google, if any. */
  readonly emulator: string | undefined;
};

/** Reads the settings from environment variables; an empty variable counts as not set. */
export function readSettings(variables: Variables): Settings {
  const home = join(set(variables.HOME) ?? homedir(), ".action-llama");
  return {
    store: set(variables.AL_CREDENTIALS_DIR) ?? join(home, "credentials"),
    environments: set(variables.AL_ENVIRONMENTS_DIR) ?? join(home, "environments"),
    environment: set(variables.AL_ENV),
    emulator: set(variables.AL_GCP_EMULATOR),
  };
}

const set = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
