import type { Readable } from "node:stream";
import type { Variables } from "../config/settings.ts";
import type { Clock } from "../gcp/clock.ts";
import type { Output } from "./terminal.ts";

export type SignalName = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Everything of the process that a command may touch. */
export type Io = {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Readable;
  readonly variables: Variables;
  readonly workingDirectory: string;
  readonly clock: Clock;
  /** Calls the listener at each such signal; returns what removes it again. */
  onSignal(name: SignalName, listener: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
};
