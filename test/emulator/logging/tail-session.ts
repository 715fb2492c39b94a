import { invalid } from "./filter-error.ts";
import type { LogQuery } from "./log-readers.ts";
import { byTime, type LogStore, type StoredEntry } from "./log-store.ts";
import type { TailOutlet } from "./tail-outlet.ts";

export type Timers = {
  now(): number;
  after(milliseconds: number, callback: () => void): { cancel(): void };
};

// google/logging/v2/logging.proto, TailLogEntriesRequest.buffer_window
const DEFAULT_WINDOW_MS = 2000;
const LONGEST_WINDOW_MS = 60_000;

/** Holds entries back for the buffer window from when they become visible, and sends what is due in order. */
export class TailSession {
  readonly #query: LogQuery;
  readonly #windowMs: number;
  readonly #timers: Timers;
  readonly #outlet: TailOutlet;
  readonly #subscription: { cancel(): void };
  #held: StoredEntry[] = [];
  #timer: { at: number; cancel(): void } | undefined;

  constructor(options: {
    store: LogStore;
    query: LogQuery;
    windowMs: number;
    timers: Timers;
    outlet: TailOutlet;
  }) {
    this.#query = options.query;
    this.#windowMs = options.windowMs;
    this.#timers = options.timers;
    this.#outlet = options.outlet;
    this.#subscription = options.store.subscribe((stored) => this.#hold(stored));
  }

  close(): void {
    this.#subscription.cancel();
    this.#outlet.close();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#held = [];
  }

  #hold(stored: StoredEntry): void {
    if (!this.#query.matches(stored)) return;
    this.#held.push(stored);
    this.#wakeAt(this.#dueAt(stored));
  }

  #dueAt(stored: StoredEntry): number {
    return stored.visibleAt + this.#windowMs;
  }

  #wakeAt(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const delay = Math.max(0, at - this.#timers.now());
    const timer = this.#timers.after(delay, () => this.#wake());
    this.#timer = { at, cancel: () => timer.cancel() };
  }

  #wake(): void {
    this.#timer = undefined;
    const now = this.#timers.now();
    const due = this.#held.filter((stored) => this.#dueAt(stored) <= now).sort(byTime);
    const latest = due.at(-1);
    if (latest !== undefined) {
      // What is visible and older goes out in the same reply: putting it in order is what the window is for.
      const sent = new Set(
        this.#held.filter((stored) => stored.visibleAt <= now && byTime(stored, latest) <= 0),
      );
      this.#held = this.#held.filter((stored) => !sent.has(stored));
      this.#outlet.deliver([...sent].sort(byTime).map((stored) => stored.entry));
    }
    for (const stored of this.#held) this.#wakeAt(this.#dueAt(stored));
  }
}

/** The buffer window of a request, in milliseconds. */
export function bufferWindowMs(bufferWindow: string | undefined): number {
  if (bufferWindow === undefined) return DEFAULT_WINDOW_MS;
  const milliseconds = Number(bufferWindow.replace(/s$/, "")) * 1000;
  if (!(milliseconds >= 0 && milliseconds <= LONGEST_WINDOW_MS)) {
    throw invalid(`buffer_window must be between 0 and ${LONGEST_WINDOW_MS} milliseconds`);
  }
  return milliseconds;
}
