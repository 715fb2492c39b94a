import type { Json } from "../core/handler.ts";
import type { Timers } from "./tail-session.ts";

// google/logging/v2/logging.proto, TailLogEntriesResponse.SuppressionInfo.Reason
type Reason = "RATE_LIMIT" | "NOT_CONSUMED";

// How often a reader that was behind is looked at again, to tell it what it has missed.
const RECHECK_MS = 1000;

/** How one tail session reaches its reader. */
export type Reader = {
  send(reply: Json): void;
  /** Whether it has not taken yet what was sent before. */
  isBehind(): boolean;
};

/** Sends entries, or counts those that are suppressed: the reader is told how many in its next response. */
export class TailOutlet {
  readonly #reader: Reader;
  readonly #timers: Timers;
  readonly #allowance: (wanted: number) => number;
  readonly #suppressed = new Map<Reason, number>();
  #recheck: { cancel(): void } | undefined;

  /** `allowance` grants how many of so many entries may still go out in this minute. */
  constructor(reader: Reader, timers: Timers, allowance: (wanted: number) => number) {
    this.#reader = reader;
    this.#timers = timers;
    this.#allowance = allowance;
  }

  deliver(entries: readonly Json[]): void {
    if (this.#reader.isBehind()) this.#suppress("NOT_CONSUMED", entries.length);
    else {
      const granted = this.#allowance(entries.length);
      this.#suppress("RATE_LIMIT", entries.length - granted);
      this.#send(entries.slice(0, granted));
    }
  }

  close(): void {
    this.#recheck?.cancel();
  }

  #suppress(reason: Reason, count: number): void {
    if (count > 0) this.#suppressed.set(reason, (this.#suppressed.get(reason) ?? 0) + count);
    if (this.#suppressed.size === 0) return;
    this.#recheck?.cancel();
    this.#recheck = this.#timers.after(RECHECK_MS, () => this.deliver([]));
  }

  #send(entries: readonly Json[]): void {
    const suppressionInfo = Array.from(this.#suppressed, ([reason, suppressedCount]) => ({
      reason,
      suppressedCount,
    }));
    if (entries.length === 0 && suppressionInfo.length === 0) return;
    this.#suppressed.clear();
    this.#recheck?.cancel();
    this.#reader.send({
      ...(entries.length > 0 && { entries }),
      ...(suppressionInfo.length > 0 && { suppressionInfo }),
    });
  }
}

const MINUTE_MS = 60_000;

/** Counts what all tail sessions of a project return in each minute of the clock. */
export class TailAllowance {
  readonly #options: { readonly entriesPerMinute: number; now(): number };
  readonly #sent = new Map<string, number>();
  #minute = 0;

  constructor(options: { readonly entriesPerMinute: number; now(): number }) {
    this.#options = options;
  }

  /** Takes up to so many entries from what the project has left; answers how many. */
  take(projectNumber: string, wanted: number): number {
    const minute = Math.floor(this.#options.now() / MINUTE_MS);
    if (minute !== this.#minute) this.#sent.clear();
    this.#minute = minute;
    const sent = this.#sent.get(projectNumber) ?? 0;
    const granted = Math.min(wanted, Math.max(0, this.#options.entriesPerMinute - sent));
    this.#sent.set(projectNumber, sent + granted);
    return granted;
  }
}
