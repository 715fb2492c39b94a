import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/gcp/clock.ts";

/** Longer than any test may take: it ends only because the signal does. */
const A_DAY_MS = 86_400_000;

describe("the system's clock", () => {
  test("tells milliseconds since the epoch", () => {
    const before = Date.now();
    const now = systemClock.now();
    expect([before, now, Date.now()]).toEqual([before, now, Date.now()].toSorted((a, b) => a - b));
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
