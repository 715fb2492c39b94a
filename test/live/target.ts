import { env } from "node:process";
import { GoogleAuth } from "google-auth-library";
import { startEmulator } from "../emulator/start.ts";

/** Where the contract is tried: an emulator, or a project of Google Cloud. */
export type Target = {
  readonly name: "emulator" | "gcp";
  readonly project: string;
  readonly region: string;
  /** The account that the jobs run as; it may access secrets whose id starts with `al--`. */
  readonly runner: string;
  /** An image with /bin/sh. */
  readonly image: string;
  /** Origin of an API, e.g. of `run`. */
  origin(api: "run" | "secretmanager" | "logging"): string;
  token(): Promise<string>;
  /** A moment between two looks at something that takes its time. */
  pause(): Promise<void>;
  close(): Promise<void>;
};

// Who runs this test chooses the target; nothing else can.
const said = env;

/** What a person says by environment variables; see test/live/contract.test.ts. */
export const WANTED = {
  target: said.TARGET === "gcp" ? "gcp" : "emulator",
  project: said.AL_LIVE_PROJECT,
  region: said.AL_LIVE_REGION ?? "us-central1",
  runner: said.AL_LIVE_SERVICE_ACCOUNT,
  image: said.AL_LIVE_IMAGE ?? "mirror.gcr.io/library/busybox:latest",
} as const;

export const openTarget = (): Promise<Target> =>
  WANTED.target === "gcp" ? googleCloud() : emulator();

async function emulator(): Promise<Target> {
  const started = await startEmulator({
    ...{ relaxed: true, operationDelayMs: 20, log: () => undefined },
  });
  return {
    name: "emulator",
    project: started.project,
    region: "us-central1",
    runner: `al-runner@${started.project}.iam.gserviceaccount.com`,
    image: "host.local/agent",
    origin: () => started.url,
    token: () => Promise.resolve("owner"),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => started.close(),
  };
}

async function googleCloud(): Promise<Target> {
  const { project, region, image } = WANTED;
  if (project === undefined) throw new Error("AL_LIVE_PROJECT is not set");
  const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
  return {
    ...{ name: "gcp", project, region, image },
    runner: WANTED.runner ?? `al-runner@${project}.iam.gserviceaccount.com`,
    origin: (api) => `https://${api}.googleapis.com`,
    token: async () => (await auth.getAccessToken()) ?? "",
    pause: () => new Promise((resolve) => setTimeout(resolve, 3000)),
    close: () => Promise.resolve(),
  };
}
