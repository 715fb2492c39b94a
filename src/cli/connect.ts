import { resolve } from "node:path";
import { loadPlace } from "../config/load-place.ts";
import { readSettings } from "../config/settings.ts";
import { SyncState } from "../credentials/sync-state.ts";
import { connectGoogle, type Google } from "../gcp/google.ts";
import type { Report } from "../jobs/events.ts";
import type { Io } from "./io.ts";
import { createReporter, emulatorNotice } from "./render-run.ts";
import { signInStored } from "./sign-in.ts";
import type { Terminal } from "./terminal.ts";

export type ConnectOptions = {
  readonly project: string;
  readonly environment?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

/** Google and this machine's memory of it, for a command that runs no agent. */
export type Connection = {
  readonly google: Google;
  readonly memory: SyncState;
  readonly secretPrefix: string;
  readonly report: Report;
};

/** Signs in as the project's configuration says. The caller closes the connection. */
export async function connect(
  options: ConnectOptions,
  io: Io,
  terminal: Terminal,
): Promise<Connection> {
  const startedAt = io.clock.now();
  const settings = readSettings(io.variables);
  const place = await loadPlace({
    project: resolve(io.workingDirectory, options.project),
    environment: options.environment ?? settings.environment,
    environments: settings.environments,
  });
  const session = await signInStored(place, settings);
  const report = createReporter({
    terminal,
    mask: (line) => line,
    seconds: () => (io.clock.now() - startedAt) / 1000,
    outputToStderr: true,
  });
  if (session.emulator) report(emulatorNotice(session.emulator.url));
  const trace = (text: string): void => {
    if (options.verbose) report({ kind: "stage", stage: "call", text });
  };
  const google = connectGoogle(session, { region: place.region, clock: io.clock, trace });
  const memory = await SyncState.load(settings.store, google.location);
  return { google, memory, secretPrefix: place.secretPrefix, report };
}
