import { resolve } from "node:path";
import { loadPlace } from "../config/load-place.ts";
import { readSettings } from "../config/settings.ts";
import { SyncState } from "../credentials/sync-state.ts";
import { connectGoogle, type Google } from "../gcp/google.ts";
import type { Io } from "./io.ts";
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
};

/** Signs in as the project's configuration says. The caller closes the connection. */
export async function connect(
  options: ConnectOptions,
  io: Io,
  terminal: Terminal,
): Promise<Connection> {
  const settings = readSettings(io.variables);
  const place = await loadPlace({
    project: resolve(io.workingDirectory, options.project),
    environment: options.environment ?? settings.environment,
    environments: settings.environments,
  });
  const session = await signInStored(place, settings);
  if (session.emulator) terminal.note(emulatorNotice(session.emulator.url, terminal));
  const trace = (text: string): void => {
    if (options.verbose) terminal.note(terminal.styled("dim", text));
  };
  const google = connectGoogle(session, { region: place.region, clock: io.clock, trace });
  const memory = await SyncState.load(settings.store, google.location);
  return { google, memory, secretPrefix: place.secretPrefix };
}

const emulatorNotice = (url: string, terminal: Terminal): string =>
  `${terminal.styled("yellow", "warning:")} using the emulator at ${url}; nothing reaches Google Cloud`;
