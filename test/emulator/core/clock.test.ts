import { describe, expect, test } from "vitest";
import { MovableClock, systemClock } from "./clock.ts";

const still = { now: () => 1000, after: () => ({ cancel: () => undefined }) };

describe("a movable clock", () => {
  test("runs what falls due in order, each at its own time, and what follows from it too", async () => {
    const clock = new MovableClock(still);
    const seen: string[] = [];
    const note = (what: string) => () => seen.push(`${clock.now()} ${what}`);
    clock.after(300, note("third"));
    clock.after(100, () => {
      note("first")();
      clock.after(50, note("second"));
      void Promise.resolve().then(() => clock.after(60, note("second and a half")));
    });
    clock.after(901, note("never"));
    clock.after(200, note("cancelled")).cancel();
    await clock.advance(900);
    expect(seen).toEqual(["1100 first", "1150 second", "1160 second and a half", "1300 third"]);
    expect(clock.now()).toBe(1900);
    await clock.advance(1);
    expect(seen.at(-1)).toBe("1901 never");
  });

  test("goes on with the clock that it was made from", async () => {
    const clock = new MovableClock(systemClock);
    await clock.advance(3_600_000);
    expect(clock.now() - Date.now()).toBeGreaterThanOrEqual(3_599_000);
    await new Promise<void>((resolve) => {
      const keepAlive = setInterval(() => undefined, 1000);
      clock.after(1, () => {
        clearInterval(keepAlive);
        resolve();
      });
    });
  });

  test("waits longer than a timer can", async () => {
    const clock = new MovableClock(systemClock);
    let isDue = false;
    const waiting = clock.after(2 ** 40, () => {
      isDue = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDue).toBe(false);
    await clock.advance(2 ** 40);
    expect(isDue).toBe(true);
    waiting.cancel();
  });
});
