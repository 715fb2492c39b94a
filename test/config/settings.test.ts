import { homedir } from "node:os";
import { expect, test } from "vitest";
import { readSettings, type Settings, type Variables } from "../../src/config/settings.ts";

const NOTHING = { environment: undefined, emulator: undefined };

test.each<[sentence: string, variables: Variables, expected: Settings]>([
  [
    "everything lies below HOME",
    { HOME: "/home/ada" },
    {
      ...NOTHING,
      store: "/home/ada/.action-llama/credentials",
      environments: "/home/ada/.action-llama/environments",
    },
  ],
  [
    "without HOME, below the user's own directory",
    {},
    {
      ...NOTHING,
      store: `${homedir()}/.action-llama/credentials`,
      environments: `${homedir()}/.action-llama/environments`,
    },
  ],
  [
    "each directory can be moved",
    { HOME: "/home/ada", AL_CREDENTIALS_DIR: "/run/creds", AL_ENVIRONMENTS_DIR: "/etc/al" },
    { ...NOTHING, store: "/run/creds", environments: "/etc/al" },
  ],
  [
    "AL_ENV chooses an environment, AL_GCP_EMULATOR an emulator",
    { HOME: "/h", AL_ENV: "staging", AL_GCP_EMULATOR: "http://127.0.0.1:9470" },
    {
      store: "/h/.action-llama/credentials",
      environments: "/h/.action-llama/environments",
      environment: "staging",
      emulator: "http://127.0.0.1:9470",
    },
  ],
  [
    "an empty variable counts as not set",
    {
      HOME: "",
      AL_CREDENTIALS_DIR: "",
      AL_ENVIRONMENTS_DIR: "",
      AL_ENV: "",
      AL_GCP_EMULATOR: "",
    },
    {
      ...NOTHING,
      store: `${homedir()}/.action-llama/credentials`,
      environments: `${homedir()}/.action-llama/environments`,
    },
  ],
  [
    "AL_CREDENTIALS_PATH is the agent's own directory, not the store",
    { HOME: "/h", AL_CREDENTIALS_PATH: "/credentials" },
    {
      ...NOTHING,
      store: "/h/.action-llama/credentials",
      environments: "/h/.action-llama/environments",
    },
  ],
])("%s", (_sentence, variables, expected) => expect(readSettings(variables)).toEqual(expected));
