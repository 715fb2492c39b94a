import type { Clock } from "../gcp/clock.ts";
import type { CallFailure } from "../gcp/google-call-error.ts";
import { CODE, GoogleCallError } from "../gcp/google-call-error.ts";
import type { Logging, Tail } from "../gcp/logging.ts";
import type { LogEntry } from "../gcp/types.ts";
import { isContainerEnd, logLine, rfc3339 } from "../mapping/log-line.ts";
import { createLogOrder, type OrderedLine } from "../mapping/log-order.ts";
import type { Report } from "./events.ts";

type Needs = {
  readonly logs: () => Promise<Pick<Logging, "list" | "tail">>;
  readonly clock: Clock;
  readonly report: Report;
};

/** Lines wait this long for earlier ones that are still on their way. */
const HOLD_BACK_MS = 2_000;
const PUMP_MS = 200;
/** The stream is opened while the container starts; what came before it was open is read once. */
const BACKFILL_AFTER_MS = 10_000;
/** Reading starts this much before the newest line that is known, since lines come late and out of order. */
const OVERLAP_NS = 60_000_000_000n;
const BEGINNING = 0n;
/** After the system's note that the container ended, late lines have this long. */
const SETTLE_MS = 3_000;
/** Without that note. Lines are readable five to ten seconds after they were written. */
const SETTLE_WITHOUT_END_MS = 10_000;
/** At rest a process reads at most six times a minute: the project's 60 are shared. */
const READ_EVERY_MS = 10_000;
const DRAINS = 3;

/**
 * Shows the lines of one execution while it runs: one stream, back-filled by lists where it may have missed something. Being refused
 * the logs costs one warning, never the run.
 */
export class LogFollower {
  readonly #needs: Needs;
  readonly #filter: (since?: string) => string;
  readonly #order = createLogOrder({ holdBackMs: HOLD_BACK_MS });
  readonly #stop = new AbortController();
  #tail: Tail | undefined;
  #mode: "stream" | "lists" | "off" = "stream";
  /** After which line's time the stream may have missed something; undefined while it cannot have. */
  #gap: bigint | undefined = BEGINNING;
  /** Time of the newest line so far. Times of lines are Google's: this machine's clock may be wrong. */
  #newest = BEGINNING;
  #endSeenAt: number | undefined;
  #pump: Promise<void> = Promise.resolve();

  constructor(filter: (since?: string) => string, needs: Needs) {
    this.#filter = filter;
    this.#needs = needs;
  }

  start(): void {
    this.#pump = this.#run().catch((error: unknown) => this.#off(whyOf(error)));
  }

  /** Shows all that is left; called when the execution is finished. */
  async finish(): Promise<void> {
    await this.#settle();
    await this.close();
    for (let drained = 1; this.#mode !== "off" && drained <= DRAINS; drained += 1) {
      if (drained > 1) await this.#needs.clock.sleep(SETTLE_MS);
      if ((await this.#read()) === 0) break;
    }
    this.#show(this.#order.flush());
  }

  /** Stops following without waiting for anything. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#tail?.close();
    await this.#pump;
  }

  async #run(): Promise<void> {
    const { clock } = this.#needs;
    const { signal } = this.#stop;
    await this.#open();
    let readAt = clock.now() + BACKFILL_AFTER_MS;
    while (!signal.aborted) {
      this.#show(this.#order.release(clock.now()));
      if (clock.now() >= readAt && this.#mode !== "off") {
        await this.#read();
        readAt = this.#mode === "lists" ? clock.now() + READ_EVERY_MS : Number.POSITIVE_INFINITY;
      }
      if (this.#tail === undefined && this.#mode === "stream") {
        await this.#open();
        readAt = clock.now() + BACKFILL_AFTER_MS;
      }
      await clock.sleep(PUMP_MS, signal);
    }
  }

  async #open(): Promise<void> {
    this.#tail = (await this.#needs.logs()).tail(this.#filter(), {
      entries: (entries) => this.#add(entries),
      suppressed: () => this.#noteGap(),
      ended: (failure) => this.#ended(failure),
    });
  }

  #noteGap(): void {
    this.#gap ??= this.#newest;
  }

  #ended(failure: CallFailure | undefined): void {
    const { clock, report } = this.#needs;
    this.#noteGap();
    if (failure?.code === CODE.permissionDenied) {
      this.#off(failure.detail);
    } else if (failure?.code === CODE.resourceExhausted) {
      this.#mode = "lists";
      report({
        kind: "warning",
        text: "The project has too many open log streams; lines come every ten seconds.",
      });
    } else {
      // Waits before it is opened again, so that a stream that ends at once does not become a tight loop.
      void clock.sleep(SETTLE_MS, this.#stop.signal).then(() => {
        this.#tail = undefined;
      });
    }
  }

  /** Reads what the stream may have missed; says how many lines were new. */
  async #read(): Promise<number> {
    const { logs } = this.#needs;
    const from = (this.#gap ?? this.#newest) - OVERLAP_NS;
    const filter = from > BEGINNING ? this.#filter(rfc3339(from)) : this.#filter();
    let added = 0;
    try {
      for await (const page of (await logs()).list(filter)) added += this.#add(page);
      this.#gap = undefined;
    } catch (error) {
      this.#off(whyOf(error));
    }
    return added;
  }

  #off(why: string): void {
    this.#mode = "off";
    this.#needs.report({
      kind: "warning",
      text: `The logs cannot be read, so the output may be incomplete: ${why}`,
    });
  }

  #add(entries: readonly LogEntry[]): number {
    const now = this.#needs.clock.now();
    const lines = entries.flatMap((entry) => logLine(entry) ?? []);
    if (lines.some(isContainerEnd)) this.#endSeenAt ??= now;
    for (const { time } of lines) if (time > this.#newest) this.#newest = time;
    return this.#order.add(lines, now);
  }

  async #settle(): Promise<void> {
    const { clock } = this.#needs;
    const calledAt = clock.now();
    const until = (): number =>
      this.#endSeenAt === undefined
        ? calledAt + SETTLE_WITHOUT_END_MS
        : this.#endSeenAt + SETTLE_MS;
    while (this.#mode !== "off" && clock.now() < until()) await clock.sleep(PUMP_MS);
  }

  #show(lines: readonly OrderedLine[]): void {
    for (const line of lines) {
      if (line.stream !== "system") this.#needs.report({ kind: "line", line });
    }
  }
}

const whyOf = (error: unknown): string => {
  if (error instanceof GoogleCallError) return error.detail;
  return error instanceof Error ? error.message : String(error);
};
