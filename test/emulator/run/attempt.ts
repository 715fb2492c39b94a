import { randomBytes } from "node:crypto";
import type { MetadataIdentity } from "../core/platform.ts";
import type { ContainerExit, RunningContainer } from "../executor/executor.ts";
import { type AttemptEnd, endOf, notStarted, STOPPED, TIMED_OUT } from "./attempt-end.ts";
import { type Prepared, prepareContainer } from "./container-run.ts";
import { secondsOf } from "./durations.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { withImageRoot } from "./image-root.ts";
import { type LogSource, lineEntry, systemEntry } from "./log-entries.ts";
import type { RunContext } from "./run-context.ts";

// https://cloud.google.com/run/docs/container-contract: SIGKILL follows SIGTERM after 10 seconds.
const GRACE_MS = 10_000;

const SIGTERM = 15;

type Severity = "INFO" | "WARNING" | "ERROR";

/** One attempt of one task: a container from its start to its exit. */
export class Attempt {
  readonly #context: RunContext;
  readonly #source: LogSource;
  readonly #execution: ExecutionRecord;
  readonly #timers: { cancel(): void }[] = [];
  #container: RunningContainer | undefined;
  /** Why the platform ended it, if it did; the first reason stands. */
  #ending: AttemptEnd | undefined;
  #isAbandoned = false;

  constructor(
    context: RunContext,
    execution: ExecutionRecord,
    which: { taskIndex: number; attempt: number },
  ) {
    this.#context = context;
    this.#execution = execution;
    this.#source = {
      ...which,
      projectId: execution.resourceName.project.id,
      location: execution.resourceName.location,
      job: execution.jobId,
      execution: execution.id,
      instanceId: randomBytes(32).toString("hex"),
    };
  }

  /** Runs to the end. Undefined means that the emulator was reset meanwhile, and nothing more is to be noted. */
  async run(): Promise<AttemptEnd | undefined> {
    const { taskIndex, attempt } = this.#source;
    const prepared = prepareContainer(this.#context, {
      execution: this.#execution,
      taskIndex,
      attempt,
    });
    if ("problem" in prepared) return this.#refused(prepared.problem);
    const release = this.#context.store.keep({ abandon: () => this.#abandon() });
    const exit = await this.#exitOf(prepared);
    for (const timer of this.#timers) timer.cancel();
    release();
    if (this.#isAbandoned) return undefined;
    if (exit instanceof Error) return this.#refused(exit.message);
    this.#sayExit(exit);
    return this.#ending ?? endOf(exit);
  }

  /** SIGTERM, and SIGKILL 10 seconds later; the attempt then counts as stopped. */
  stop(): void {
    this.#endBecauseOf(STOPPED);
  }

  async #exitOf({ run: plain, pushed }: Prepared): Promise<ContainerExit | Error> {
    const { executor, logs, metadata } = this.#context.platform;
    let metadataServer: { readonly host: string; close(): void } | undefined;
    try {
      if (metadata !== undefined) metadataServer = await metadata.open(this.#identity());
      const run = pushed === undefined ? plain : await withImageRoot(this.#context, plain, pushed);
      // Whoever stopped it meanwhile found no container to stop.
      if (this.#isAbandoned || this.#ending !== undefined) return { termSignal: SIGTERM };
      const { host: metadataHost } = metadataServer ?? {};
      const served = metadataHost === undefined ? run : { ...run, metadataHost };
      this.#container = executor.start(served, (stream, text) => {
        if (this.#isAbandoned) return;
        logs.write([lineEntry(this.#source, { stream, text, timestamp: this.#tick() })]);
      });
      this.#watchTimeout();
      return await this.#container.exited;
    } catch (cause) {
      // A container that cannot be started fails the attempt, not the emulator.
      return cause instanceof Error ? cause : new Error("unknown", { cause });
    } finally {
      metadataServer?.close();
    }
  }

  #identity(): MetadataIdentity {
    const { location: region, instanceId } = this.#source;
    const { project } = this.#execution.resourceName;
    const { serviceAccount } = this.#execution.resource.template;
    return { project, region, serviceAccount, instanceId };
  }

  #watchTimeout(): void {
    const seconds = secondsOf(this.#execution.resource.template.timeout) ?? 0;
    this.#later(seconds * 1000, () => {
      if (this.#ending !== undefined) return;
      this.#say(
        "ERROR",
        `Terminating task because it has reached the maximum timeout of ${seconds} seconds. To change this limit, see https://cloud.google.com/run/docs/configuring/task-timeout`,
      );
      this.#endBecauseOf(TIMED_OUT);
    });
  }

  #endBecauseOf(ending: AttemptEnd): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#container?.terminate();
    this.#later(GRACE_MS, () => this.#container?.kill());
  }

  #abandon(): void {
    this.#isAbandoned = true;
    this.#container?.kill();
  }

  #refused(problem: string): AttemptEnd {
    this.#say("ERROR", `The container could not be started: ${problem}`);
    return notStarted(problem);
  }

  #sayExit(exit: ContainerExit): void {
    if (exit.termSignal !== undefined) {
      this.#say("WARNING", `Container terminated on signal ${exit.termSignal}.`);
    } else {
      this.#say(
        exit.exitCode === 0 ? "INFO" : "WARNING",
        `Container called exit(${exit.exitCode}).`,
      );
    }
  }

  #say(severity: Severity, text: string): void {
    const entry = systemEntry(this.#source, { severity, text, timestamp: this.#tick() });
    this.#context.platform.logs.write([entry]);
  }

  #later(milliseconds: number, callback: () => void): void {
    const { store, platform } = this.#context;
    this.#timers.push(store.after(platform.clock, milliseconds, callback));
  }

  #tick(): string {
    return this.#context.store.tick(this.#context.platform.clock);
  }
}
