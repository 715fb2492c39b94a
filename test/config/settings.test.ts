import { homedir } from "node:os";
import { expect, test } from "vitest";
import { readSettings, type Settings, type Variables } from "../../src/config/settings.ts";

const google = (home: string): Settings["google"] => ({
  applicationCredentials: undefined,
  gcloudDirectory: `${home}/.config/gcloud`,
  project: undefined,
  quotaProject: undefined,
  metadataHost: undefined,
  allowExecutables: false,
});
const NOTHING = { environment: undefined, emulator: undefined };

test.each<[sentence: string, variables: Variables, expected: Settings]>([
  [
    "everything lies below HOME",
    { HOME: "/home/ada" },
    {
      ...NOTHING,
      google: google("/home/ada"),
      store: "/home/ada/.action-llama/credentials",
      environments: "/home/ada/.action-llama/environments",
    },
  ],
  [
    "without HOME, below the user's own directory",
    {},
    {
      ...NOTHING,
      google: google(homedir()),
      store: `${homedir()}/.action-llama/credentials`,
      environments: `${homedir()}/.action-llama/environments`,
    },
  ],
  [
    "each directory can be moved",
    { HOME: "/home/ada", AL_CREDENTIALS_DIR: "/run/creds", AL_ENVIRONMENTS_DIR: "/etc/al" },
    { ...NOTHING, google: google("/home/ada"), store: "/run/creds", environments: "/etc/al" },
  ],
  [
    "AL_ENV chooses an environment, AL_GCP_EMULATOR an emulator",
    { HOME: "/h", AL_ENV: "staging", AL_GCP_EMULATOR: "http://127.0.0.1:9470" },
    {
      google: google("/h"),
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
      GOOGLE_APPLICATION_CREDENTIALS: "",
      CLOUDSDK_CONFIG: "",
      GOOGLE_CLOUD_PROJECT: "",
      GCE_METADATA_HOST: "",
      GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: "",
    },
    {
      ...NOTHING,
      google: google(homedir()),
      store: `${homedir()}/.action-llama/credentials`,
      environments: `${homedir()}/.action-llama/environments`,
    },
  ],
  [
    "AL_CREDENTIALS_PATH is the agent's own directory, not the store",
    { HOME: "/h", AL_CREDENTIALS_PATH: "/credentials" },
    {
      ...NOTHING,
      google: google("/h"),
      store: "/h/.action-llama/credentials",
      environments: "/h/.action-llama/environments",
    },
  ],
])("%s", (_sentence, variables, expected) => expect(readSettings(variables)).toEqual(expected));

test.each<[sentence: string, variables: Variables, expected: Partial<Settings["google"]>]>([
  [
    "Google's own variables say who signs in, and for which project",
    {
      GOOGLE_APPLICATION_CREDENTIALS: "/etc/key.json",
      GOOGLE_CLOUD_PROJECT: "demo-project",
      GOOGLE_CLOUD_QUOTA_PROJECT: "demo-billed",
      GCE_METADATA_HOST: "127.0.0.1:8080",
    },
    {
      applicationCredentials: "/etc/key.json",
      project: "demo-project",
      quotaProject: "demo-billed",
      metadataHost: "127.0.0.1:8080",
    },
  ],
  [
    "gcloud's files can be moved",
    { CLOUDSDK_CONFIG: "/srv/gcloud" },
    { gcloudDirectory: "/srv/gcloud" },
  ],
  [
    "on Windows they are in APPDATA",
    { APPDATA: "/appdata" },
    { gcloudDirectory: "/appdata/gcloud" },
  ],
  [
    "programs are allowed by 1",
    { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: "1" },
    { allowExecutables: true },
  ],
  [
    "and by nothing else",
    { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: "true" },
    { allowExecutables: false },
  ],
])("%s", (_sentence, variables, expected) =>
  expect(readSettings({ HOME: "/h", ...variables }).google).toEqual({
    ...google("/h"),
    ...expected,
  }),
);
