import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/gcp/clock.ts";

/**
 * A clock on which everything of ours waits a fraction of its time; Google's side keeps its own pace. Only waiting is quicker: what a busy
 * machine takes to compute counts once, so that no deadline of ours passes because a test is slow.
 * @param laterMs how far in the future it starts
 */
export function scaledClock(factor: number, laterMs = 0): Clock {
  let aheadMs = laterMs;
  const now = () => Date.now() + aheadMs;
  return {
    now,
    random: () => 0.5,
    async sleep(milliseconds, signal) {
      const wakesAt = now() + milliseconds;
      const options = signal === undefined ? {} : { signal };
      await delay(milliseconds / factor, undefined, options).catch((error: unknown) => {
        if (!signal?.aborted) throw error;
      });
      // Somebody who slept at the same time may have moved the clock already.
      if (!signal?.aborted) aheadMs += Math.max(0, wakesAt - now());
    },
  };
}
