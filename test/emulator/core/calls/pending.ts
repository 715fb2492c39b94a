import type { EmulatorClock } from "../platform.ts";

/** Things that are to happen later, so that a reset or the end can call them off. */
export class Pending {
  readonly #clock: EmulatorClock;
  readonly #timers = new Set<{ cancel(): void }>();

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  later(milliseconds: number, callback: () => void): void {
    const timer = this.#clock.after(milliseconds, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }

  /** Waits, but not for a client that has gone. */
  wait(milliseconds: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (gone.aborted) return resolve();
      const timer = this.#clock.after(milliseconds, () => {
        gone.removeEventListener("abort", stop);
        resolve();
      });
      const stop = (): void => {
        timer.cancel();
        resolve();
      };
      gone.addEventListener("abort", stop, { once: true });
    });
  }

  cancelAll(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
