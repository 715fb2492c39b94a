import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { systemClock } from "../../src/gcp/clock.ts";

/** A machine with an empty home directory and an empty store, on which `al` runs in this process, away from any terminal. */
export type Machine = {
  readonly directory: string;
  readonly store: string;
  al(args: readonly string[], options?: MachineOptions): Promise<Result>;
};

type MachineOptions = {
  readonly stdin?: string | Uint8Array;
  readonly variables?: Readonly<Record<string, string>>;
  /** Answers in the place of every service; nothing is reached without it. */
  readonly fetch?: typeof globalThis.fetch;
};

/** What `al` printed, with the machine's directory as `~`. */
type Result = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Made for one test, and gone after it. */
export function newMachine(): Machine {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "al-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const shown = (text: string): string => text.replaceAll(directory, "~");
  return {
    directory,
    store: join(directory, ".action-llama/credentials"),
    async al(args, { stdin = "", variables = {}, fetch = offline } = {}) {
      const stdout = collector();
      const stderr = collector();
      const code = await runCli(args, {
        stdout: stdout.stream,
        stderr: stderr.stream,
        stdin: Readable.from([typeof stdin === "string" ? Buffer.from(stdin) : stdin]),
        stdinIsTerminal: false,
        fetch,
        randomBytes: (size) => new Uint8Array(size).fill(7),
        variables: { HOME: directory, ...variables },
        workingDirectory: directory,
        clock: systemClock,
        onSignal: () => () => undefined,
        exit: () => undefined,
      });
      return { code, stdout: shown(stdout.text()), stderr: shown(stderr.text()) };
    },
  };
}

/** A network on which no service can be found. */
const offline: typeof globalThis.fetch = () =>
  Promise.reject(new TypeError("fetch failed", { cause: { code: "ENOTFOUND" } }));

/** Every service answers every question with this. */
export const answering =
  (status: number, body: unknown): typeof globalThis.fetch =>
  () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));

function collector() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join("") };
}
