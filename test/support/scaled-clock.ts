import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/gcp/clock.ts";

/** A clock on which everything of ours waits a fraction of its time; Google's side keeps its own pace. `laterMs` is how far in the future it starts. */
export function scaledClock(factor: number, laterMs = 0): Clock {
  const startedAt = Date.now();
  return {
    now: () => startedAt + laterMs + (Date.now() - startedAt) * factor,
    random: () => 0.5,
    async sleep(milliseconds, signal) {
      const options = signal === undefined ? {} : { signal };
      await delay(milliseconds / factor, undefined, options).catch((error: unknown) => {
        if (!signal?.aborted) throw error;
      });
    },
  };
}
