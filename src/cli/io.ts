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
  /** Whether a person types at stdin. */
  readonly stdinIsTerminal: boolean;
  readonly variables: Variables;
  readonly workingDirectory: string;
  readonly clock: Clock;
  /** Asks services whether a credential works. */
  readonly fetch: typeof globalThis.fetch;
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Calls the listener at each such signal; returns what removes it again. */
  onSignal(name: SignalName, listener: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
};
