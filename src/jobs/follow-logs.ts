import type { Clock } from "../gcp/clock.ts";
import type { CallFailure } from "../gcp/google-call-error.ts";
import { CODE, GoogleCallError, hasCode } from "../gcp/google-call-error.ts";
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
/** A quota that is used up, or Google being away, lengthens the time between lists up to this. */
const LONGEST_PAUSE_MS = 60_000;
/** How long the last lines are asked for when Google does not answer, or more of them keep coming. */
const DRAIN_MS = 90_000;

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
  /** When the next list is due; milliseconds since the epoch. */
  #readAt = Number.POSITIVE_INFINITY;
  #pause = READ_EVERY_MS;
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
    const { clock } = this.#needs;
    await this.#settle();
    await this.close();
    for (const until = clock.now() + DRAIN_MS; this.#mode !== "off"; await clock.sleep(SETTLE_MS)) {
      if ((await this.#read()) === 0 || clock.now() >= until) break;
    }
    if (this.#gap !== undefined && this.#mode !== "off") this.#off("Google did not answer in time");
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
    this.#readAt = clock.now() + BACKFILL_AFTER_MS;
    while (!signal.aborted) {
      this.#show(this.#order.release(clock.now()));
      if (clock.now() >= this.#readAt && this.#mode !== "off") {
        await this.#read();
        const again = this.#mode === "lists" || this.#gap !== undefined;
        this.#readAt = again ? clock.now() + this.#pause : Number.POSITIVE_INFINITY;
      }
      if (this.#tail === undefined && this.#mode === "stream") {
        await this.#open();
        this.#readAt = Math.min(this.#readAt, clock.now() + BACKFILL_AFTER_MS);
      }
      await clock.sleep(PUMP_MS, signal);
    }
  }

  async #open(): Promise<void> {
    const { clock } = this.#needs;
    const logs = await this.#needs.logs();
    if (this.#stop.signal.aborted) return;
    this.#tail = logs.tail(this.#filter(), {
      entries: (entries) => this.#add(entries),
      suppressed: () => {
        this.#noteGap();
        this.#readAt = Math.min(this.#readAt, clock.now() + READ_EVERY_MS);
      },
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

  /** Reads what the stream may have missed; says how many lines were new, or nothing when Google did not answer. */
  async #read(): Promise<number | undefined> {
    const gap = this.#gap;
    this.#gap = undefined;
    const from = (gap ?? this.#newest) - OVERLAP_NS;
    const filter = from > BEGINNING ? this.#filter(rfc3339(from)) : this.#filter();
    let added = 0;
    try {
      for await (const page of (await this.#needs.logs()).list(filter)) added += this.#add(page);
      this.#pause = READ_EVERY_MS;
      return added;
    } catch (error) {
      this.#gap = gap ?? this.#gap ?? this.#newest;
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      if (hasCode(error, CODE.permissionDenied, CODE.unauthenticated, CODE.invalidArgument))
        this.#off(error.detail);
      else if (!(error instanceof GoogleCallError)) throw error;
      return undefined;
    }
  }

  #off(why: string): void {
    if (this.#mode === "off") return;
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
