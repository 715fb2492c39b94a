import { describe, expect, test } from "vitest";
import { type OperationState, waitForOperation } from "../../src/gcp/operations.ts";
import { answering, FakeClock, outcomeOf } from "./fake-google.ts";

const NAME = "projects/demo-project/locations/us-central1/operations/0a1b";
const RUNNING: OperationState = { done: false, error: null };

describe("waiting for an operation", () => {
  const wait = async (answers: readonly unknown[]) => {
    const clock = new FakeClock();
    const poll = answering(...answers);
    const returned = await waitForOperation({ name: NAME, poll, clock });
    return { returned, sleeps: clock.sleeps, polls: poll.mock.calls.length };
  };

  test.each([
    [
      "one that is done already costs one look and no pause",
      [{ done: true, error: null }],
      { returned: undefined, sleeps: [], polls: 1 },
    ],
    [
      "one that runs is looked at again, with pauses half as long again each time",
      [RUNNING, RUNNING, RUNNING, { done: true }],
      { returned: undefined, sleeps: [250, 375, 562.5], polls: 4 },
    ],
    [
      "one that says nothing about done is running",
      [{}, { done: null }, { done: true }],
      { returned: undefined, sleeps: [250, 375], polls: 3 },
    ],
    [
      "the operation's error is a value",
      [RUNNING, { done: true, error: { code: 5, message: "Image 'x' not found." } }],
      {
        returned: { code: 5, detail: "Image 'x' not found.", reason: undefined },
        sleeps: [250],
        polls: 2,
      },
    ],
    [
      "an error without words or number is of an unknown kind",
      [{ done: true, error: { code: null, message: null } }],
      { returned: { code: 2, detail: "", reason: undefined }, sleeps: [], polls: 1 },
    ],
  ])("%s", async (_sentence, answers, expected) => expect(await wait(answers)).toEqual(expected));

  test("pauses grow to three seconds and no further", async () => {
    const answers = [...Array<OperationState>(12).fill(RUNNING), { done: true }];
    const { sleeps } = await wait(answers);
    expect(sleeps).toEqual([
      250, 375, 562.5, 843.75, 1265.625, 1898.4375, 2847.65625, 3000, 3000, 3000, 3000, 3000,
    ]);
  });

  test("a look that fails ends the wait with that failure", async () => {
    const failure = new Error("five tries failed");
    await expect(wait([RUNNING, failure])).rejects.toBe(failure);
  });

  test("after five minutes it says so, and what to do", async () => {
    const clock = new FakeClock();
    const poll = async () => RUNNING;
    expect(await outcomeOf(waitForOperation({ name: NAME, poll, clock }))).toEqual({
      threw: {
        name: "TryAgainError",
        exit: 75,
        what: `Google has not finished an operation in five minutes: ${NAME}`,
        why: "it may still finish; what it makes is then used by the next run",
        remedy: "Run the command again.",
      },
    });
    expect(clock.now()).toBeGreaterThanOrEqual(300_000);
    expect(clock.now()).toBeLessThanOrEqual(303_000);
  });

  test("one that is done at the last look, after five minutes, is done", async () => {
    const clock = new FakeClock();
    const poll = async () => ({ done: clock.now() >= 300_000 });
    expect(await waitForOperation({ name: NAME, poll, clock })).toBeUndefined();
  });
});
