import { setTimeout as delay } from "node:timers/promises";

/** Time as an argument of what waits for a lock, so that tests can make it jump. */
export type StoreClock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
};

export const systemStoreClock: StoreClock = {
  now: Date.now,
  sleep: (milliseconds) => delay(milliseconds),
};
