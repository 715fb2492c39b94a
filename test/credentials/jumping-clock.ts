import { setImmediate as turn } from "node:timers/promises";
import type { StoreClock } from "../../src/credentials/store-clock.ts";

/** A clock that is right at first, and on which waiting takes no time; `slept` is the sum, in milliseconds, times `speed`. */
export function jumpingClock(speed = 1): StoreClock & { readonly slept: () => number } {
  const start = Date.now();
  let slept = 0;
  return {
    now: () => start + slept,
    async sleep(milliseconds) {
      slept += milliseconds * speed;
      await turn();
    },
    slept: () => slept,
  };
}
