import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/gcp/clock.ts";

/** Longer than any test may take: it ends only because the signal does. */
const A_DAY_MS = 86_400_000;

describe("the system's clock", () => {
  test("tells milliseconds since the epoch", () => {
    // To the hour: this machine's clock may be set while the test runs.
    const hours = (milliseconds: number): number => Math.round(milliseconds / 3_600_000);
    expect(Math.abs(hours(systemClock.now()) - hours(Date.now()))).toBeLessThanOrEqual(1);
  });

  test("draws numbers from 0 to below 1, and not always the same", () => {
    const drawn = Array.from({ length: 100 }, () => systemClock.random());
    expect(drawn.filter((number) => number < 0 || number >= 1)).toEqual([]);
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  test.each([
    ["without a signal it ends by itself", async () => systemClock.sleep(0)],
    [
      "with a signal it ends by itself too",
      async () => systemClock.sleep(0, new AbortController().signal),
    ],
    [
      "an aborted signal lets nobody sleep",
      async () => systemClock.sleep(A_DAY_MS, AbortSignal.abort()),
    ],
    [
      "a signal that aborts wakes the sleeper, without an error",
      async () => {
        const controller = new AbortController();
        const sleeping = systemClock.sleep(A_DAY_MS, controller.signal);
        controller.abort(new Error("the reason of the abort"));
        return sleeping;
      },
    ],
  ])("sleep: %s", async (_sentence, sleep) => expect(await sleep()).toBeUndefined());
});
