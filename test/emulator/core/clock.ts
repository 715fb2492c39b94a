import type { EmulatorClock } from "./platform.ts";

/** The machine's own clock; timers never keep the process alive. */
export const systemClock: EmulatorClock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

type Waiting = { readonly dueAt: number; readonly callback: () => void; running: Cancellable };
type Cancellable = { cancel(): void };

// setTimeout takes 31 bits of milliseconds; a longer wait would end at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A clock that goes like another one and can be moved on: what falls due meanwhile happens at once, in order. */
export class MovableClock implements EmulatorClock {
  readonly #base: EmulatorClock;
  readonly #waiting = new Set<Waiting>();
  #advancedMs = 0;
  #soonestNewAt = Number.POSITIVE_INFINITY;

  constructor(base: EmulatorClock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now() + this.#advancedMs;
  }

  after(milliseconds: number, callback: () => void): Cancellable {
    const dueAt = this.now() + milliseconds;
    const waiting: Waiting = { dueAt, callback, running: { cancel: () => undefined } };
    this.#waiting.add(waiting);
    this.#soonestNewAt = Math.min(this.#soonestNewAt, dueAt);
    this.#arm(waiting);
    return {
      cancel: () => {
        this.#waiting.delete(waiting);
        waiting.running.cancel();
      },
    };
  }

  /** Moves on, stopping at each time that something is due, so that it and what follows from it see their own time. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now() + milliseconds;
    await settled();
    for (let due = this.#dueBy(end); due.length > 0; due = this.#dueBy(end)) {
      for (const next of due) {
        if (!this.#waiting.has(next)) continue;
        // What was asked for meanwhile may come first.
        if (this.#soonestNewAt < next.dueAt) break;
        this.#advancedMs += Math.max(0, next.dueAt - this.now());
        next.running.cancel();
        this.#fire(next);
        await settled();
      }
    }
    this.#advancedMs += Math.max(0, end - this.now());
    for (const waiting of this.#waiting) this.#arm(waiting);
  }

  #dueBy(end: number): Waiting[] {
    this.#soonestNewAt = Number.POSITIVE_INFINITY;
    return [...this.#waiting].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt);
  }

  #arm(waiting: Waiting): void {
    waiting.running.cancel();
    const left = Math.max(0, waiting.dueAt - this.now());
    waiting.running = this.#base.after(Math.min(left, LONGEST_TIMER_MS), () =>
      left > LONGEST_TIMER_MS ? this.#arm(waiting) : this.#fire(waiting),
    );
  }

  #fire(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) waiting.callback();
  }
}

/** Resolves when every promise that could settle by itself has. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
