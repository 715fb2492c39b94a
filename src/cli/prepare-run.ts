import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import type { RunConfig } from "../config/config.ts";
import { loadRunConfig } from "../config/load-config.ts";
import { readSettings } from "../config/settings.ts";
import type { Credential } from "../credentials/credential.ts";
import { findCredential, readCredentials } from "../credentials/read-credentials.ts";
import { parseRef } from "../credentials/ref.ts";
import { requiredRefs } from "../credentials/required-refs.ts";
import { createMask, type SecretMask } from "../credentials/secret-mask.ts";
import { SyncState } from "../credentials/sync-state.ts";
import { connectGoogle } from "../gcp/google.ts";
import type { RunNeeds, RunRequest } from "../jobs/plan-run.ts";
import type { Io } from "./io.ts";
import { isolationWarnings } from "./isolation.ts";
import { createReporter, emulatorNotice } from "./render-run.ts";
import { signInStored } from "./sign-in.ts";
import type { Terminal } from "./terminal.ts";

export type PlanOptions = {
  readonly project: string;
  readonly environment?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

export type RunOptions = PlanOptions & {
  readonly runtime?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
};

/** A run that is ready to start. */
export type PreparedRun = {
  readonly request: RunRequest;
  readonly needs: RunNeeds;
  readonly mask: SecretMask;
};

/** Reads and checks everything on this machine; the first call to Google comes later. */
export async function prepareRun(
  { agent, prompt, options }: { agent: string; prompt: string | undefined; options: PlanOptions },
  io: Io,
  terminal: Terminal,
): Promise<PreparedRun> {
  const startedAt = io.clock.now();
  const settings = readSettings(io.variables);
  const config = await loadRunConfig({
    agent,
    project: resolve(io.workingDirectory, options.project),
    environment: options.environment ?? settings.environment,
    environments: settings.environments,
  });
  const refs = requiredRefs({
    agent,
    credentials: config.agent.credentials,
    models: config.agent.models,
  });
  const { credentials, warnings } = await readCredentials(settings.store, refs);
  const mask = createMask(credentials, await signInCredential(config.cloud, settings.store));
  terminal.hide(mask.hide);
  const report = createReporter({
    terminal,
    mask: mask.hide,
    seconds: () => (io.clock.now() - startedAt) / 1000,
    outputToStderr: options.json === true,
  });
  for (const text of [...warnings, ...isolationWarnings(config)]) report({ kind: "warning", text });
  const session = await signInStored(config.cloud, settings);
  if (session.emulator) report(emulatorNotice(session.emulator.url));
  report({ kind: "stage", stage: "sign-in", text: `Signed in as ${session.principal}` });
  const trace = (text: string): void => {
    if (options.verbose) report({ kind: "stage", stage: "call", text: mask.hide(text) });
  };
  const google = connectGoogle(session, { region: config.cloud.region, clock: io.clock, trace });
  const memory = await SyncState.load(settings.store, google.location);
  const request = {
    config,
    credentials,
    prompt: await readPrompt(prompt, io),
    isSecretIn: mask.isIn,
  };
  return { request, needs: { google, memory, clock: io.clock, report }, mask };
}

/** What is stored to sign in with, if anything is. Whether it can be used is found out when it is. */
const signInCredential = async (
  { credential }: RunConfig["cloud"],
  store: string,
): Promise<Credential | undefined> =>
  credential === undefined ? undefined : findCredential(store, parseRef(credential));

/** `-` means standard input; its last newline is the terminal's, not the prompt's. */
const readPrompt = async (prompt: string | undefined, io: Io): Promise<string> =>
  prompt === "-" ? (await readAll(io.stdin)).replace(/\r?\n$/, "") : (prompt ?? "");
