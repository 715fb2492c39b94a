import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import type { SignalName } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { type Emulator, startEmulator } from "../emulator/start.ts";
import { scaledClock } from "./scaled-clock.ts";
import { newPrivateKey, PLAIN_VALUES, SECRET_VALUES, writeFields } from "./store.ts";

/** Google's side is strict, only quicker than by default. */
const PACE = { operationDelayMs: 20, listDelayMs: 100, logDelayMs: 30, logShuffleMs: 30 };
/** Our own waiting is this much shorter. */
const SPEED = 20;

type Call = {
  readonly method: string;
  readonly principal: string;
  readonly resource: string;
  readonly status: string;
};

type AlResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type AlOptions = {
  readonly stdin?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly speed?: number;
  /** How much later than now it is for al; Google's clock stays as it is. */
  readonly laterMs?: number;
  /** Sees each piece that al writes; `signal` delivers one to it. */
  readonly onOutput?: (text: string, signal: (name: SignalName) => void) => void;
};

/** One emulator, one store with throwaway credentials, and projects made from the example. */
export type World = {
  readonly emulator: Emulator;
  readonly directory: string;
  readonly store: string;
  readonly privateKey: string;
  /** A project with one agent `it` of this config.toml. */
  project(agentToml: string, projectToml?: string): string;
  al(args: readonly string[], options?: AlOptions): Promise<AlResult>;
  calls(since?: number): Promise<Call[]>;
  /** Resolves when Google was called that often by this method, after the first so many calls. */
  called(
    method: string,
    wanted?: { readonly times?: number; readonly since?: number },
  ): Promise<void>;
  control(path: string, body: unknown): Promise<void>;
  /** A control request, with its answer. */
  ask(path: string, body: unknown): Promise<unknown>;
  state(): Promise<Record<string, unknown>>;
  /** A new Google and a machine that remembers nothing of the old one. */
  reset(): Promise<void>;
  close(): Promise<void>;
};

export const CLOUD_TOML = `
[cloud]
region = "us-central1"
service_account = "al-runner@demo-project.iam.gserviceaccount.com"
`;

/** Making one takes longer than most of what is done with it. */
let throwawayKey: string | undefined;

export async function makeWorld(): Promise<World> {
  const emulator = await startEmulator(PACE);
  const directory = mkdtempSync(join(tmpdir(), "al-test-"));
  const store = join(directory, "credentials");
  throwawayKey ??= newPrivateKey();
  const privateKey = throwawayKey;
  writeFields(store, {
    ...SECRET_VALUES,
    ...PLAIN_VALUES,
    "git_ssh/botty/id_rsa": privateKey,
    "gcp_service_account/default/key_json": readFileSync(emulator.keyFile, "utf8"),
  });
  let projects = 0;
  const ask = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${emulator.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const control = async (path: string, body: unknown): Promise<void> => {
    await ask(path, body);
  };
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${emulator.url}${path}`)).json();
  const calls = async (query: string): Promise<Call[]> =>
    ((await read(`/emulator/calls?${query}`)) as { calls: Call[] }).calls;
  return {
    emulator,
    directory,
    store,
    privateKey,
    project(agentToml, projectToml = CLOUD_TOML) {
      projects += 1;
      const path = join(directory, `project-${projects}`);
      mkdirSync(join(path, "agents/it"), { recursive: true });
      writeFileSync(join(path, "config.toml"), projectToml);
      writeFileSync(join(path, "agents/it/SKILL.md"), "Do it.\n");
      writeFileSync(join(path, "agents/it/config.toml"), agentToml);
      return path;
    },
    al: (args, options) => al(args, { store, url: emulator.url, options: options ?? {} }),
    calls: (since = 0) => calls(`since=${since}`),
    async called(method, { times = 1, since = 0 } = {}) {
      let seen = since;
      for (let left = times; left > 0; ) {
        const next = await calls(`since=${seen}&wait=true`);
        seen += next.length;
        left -= next.filter((call) => call.method === method).length;
      }
    },
    control,
    ask,
    state: async () => (await read("/emulator/state")) as Record<string, unknown>,
    async reset() {
      rmSync(join(directory, "cloud-run-state"), { recursive: true, force: true });
      await control("/emulator/reset", {});
      await control("/emulator/faults", { rules: [] });
    },
    async close() {
      await emulator.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A second store with the same credentials, to be changed at will. */
export function copyStore(world: World, name: string): string {
  const copy = join(world.directory, name);
  cpSync(world.store, copy, { recursive: true });
  return copy;
}

type AlContext = { readonly store: string; readonly url: string; readonly options: AlOptions };

/** Runs the command line in this process, as main.ts does, on a faster clock. */
async function al(args: readonly string[], { store, url, options }: AlContext): Promise<AlResult> {
  const listeners = new Map<SignalName, Set<() => void>>();
  const signal = (name: SignalName): void => {
    for (const listener of listeners.get(name) ?? []) listener();
  };
  const watch = (text: string): void => options.onOutput?.(text, signal);
  const stdout = collector(watch);
  const stderr = collector(watch);
  let leave: (code: number) => void = () => undefined;
  const left = new Promise<number>((resolve) => {
    leave = resolve;
  });
  const ended = runCli(args, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: Readable.from([options.stdin ?? ""]),
    stdinIsTerminal: false,
    fetch: () => Promise.reject(new TypeError("these tests ask no service")),
    randomBytes,
    variables: { AL_CREDENTIALS_DIR: store, AL_GCP_EMULATOR: url, ...options.variables },
    workingDirectory: options.workingDirectory ?? tmpdir(),
    clock: scaledClock(options.speed ?? SPEED, options.laterMs),
    onSignal(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => set.delete(listener);
    },
    exit: (code) => leave(code),
  });
  const code = await Promise.race([ended, left]);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(watch: (text: string) => void) {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      watch(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join("") };
}
