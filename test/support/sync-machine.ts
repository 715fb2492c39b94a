import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunConfig } from "../../src/config/config.ts";
import { readCredentials } from "../../src/credentials/read-credentials.ts";
import { parseRef } from "../../src/credentials/ref.ts";
import { SyncState } from "../../src/credentials/sync-state.ts";
import type { Google } from "../../src/gcp/google.ts";
import { SecretManager } from "../../src/gcp/secret-manager.ts";
import type { Job } from "../../src/gcp/types.ts";
import { jobOf } from "../../src/jobs/plan-run.ts";
import type { SecretStep } from "../../src/jobs/secret-step.ts";
import { syncSecrets } from "../../src/jobs/sync-secrets.ts";
import { storeFiles } from "../credentials/temporary-store.ts";
import { callerAt, FakeClock, PRINCIPAL, PROJECT } from "../gcp/fake-google.ts";
import { AGENT, CLOUD } from "../mapping/samples.ts";
import type { FakeSecretManager } from "./fake-secret-manager.ts";

/** Path below the store → what the file holds. */
export type Files = Readonly<Record<string, string>>;

export type Synced = {
  readonly steps: readonly SecretStep[];
  /** The job that would run with these secrets. */
  readonly job: Job;
  readonly warnings: readonly string[];
};

/** A machine with a store and a memory of its own; each sync is a new process on it. */
export class SyncMachine {
  readonly store: string;
  readonly #fake: FakeSecretManager;
  readonly #config: RunConfig;

  /** @param directory the machine's own; it holds the store, and the memory beside it */
  constructor(
    fake: FakeSecretManager,
    directory: string,
    change: Partial<RunConfig["cloud"]> = {},
  ) {
    this.#fake = fake;
    this.store = join(directory, "credentials");
    this.#config = { cloud: { ...CLOUD, ...change }, agent: AGENT, neighbours: [] };
  }

  /** Makes the store hold exactly these files. */
  async write(files: Files): Promise<void> {
    rmSync(this.store, { recursive: true, force: true });
    mkdirSync(this.store, { recursive: true });
    await storeFiles(this.store, files);
  }

  /** Loses what it remembers. */
  forget(): void {
    rmSync(join(dirname(this.store), "cloud-run-state"), { recursive: true, force: true });
  }

  async sync(refs: readonly string[]): Promise<Synced> {
    const warnings: string[] = [];
    const { credentials } = await readCredentials(this.store, refs.map(parseRef));
    const location = { project: PROJECT, region: this.#config.cloud.region };
    const clock = new FakeClock();
    const manager = new SecretManager(this.#fake.asClient(), PROJECT, callerAt(clock));
    const google = { location, principal: PRINCIPAL, secrets: async () => manager };
    const request = { config: this.#config, credentials, prompt: "", isSecretIn: () => false };
    const needs = {
      google: google as unknown as Google,
      memory: await SyncState.load(this.store, location),
      clock,
      report: (event: { kind: string; text?: string }) => {
        if (event.kind === "warning") warnings.push(event.text ?? "");
      },
    };
    const synced = await syncSecrets(request, needs, new AbortController().signal);
    if (synced === undefined) throw new Error("nobody aborted it");
    const { job } = jobOf(request, synced.steps, needs);
    return { steps: synced.steps, job, warnings };
  }
}

/** What the agent would find: every file with its content, and every variable with its value. */
export function seenByAgent(job: Job, fake: FakeSecretManager) {
  const task = job.template?.template;
  const container = task?.containers?.[0];
  const text = (secret: string, version: string): string =>
    fake.content(secret, version) ?? `nothing in ${secret}/${version}`;
  const directories = new Map(
    container?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath ?? ""]),
  );
  const files = (task?.volumes ?? []).flatMap(({ name, secret }) =>
    (secret?.items ?? []).map(({ path, version }) => [
      `${directories.get(name)}/${path}`,
      text(secret?.secret ?? "", version ?? ""),
    ]),
  );
  const env = (container?.env ?? []).map(({ name, valueSource }) => [
    name,
    text(valueSource?.secretKeyRef?.secret ?? "", valueSource?.secretKeyRef?.version ?? ""),
  ]);
  return { files: Object.fromEntries(files), env: Object.fromEntries(env) } as const;
}
