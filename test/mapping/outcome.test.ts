import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Execution, Task } from "../../src/gcp/types.ts";
import { completion, isFinished, type Outcome, outcomeOf } from "../../src/mapping/outcome.ts";

const TASK = "al-dev-1a2b3c4d-x7k2p-task0";
const ABORTED = 10;
const DEADLINE_EXCEEDED = 4;

type Completed = NonNullable<Execution["conditions"]>[number];

const ended = (completed: Completed, counts: Execution = {}): Execution => ({
  conditions: [
    { type: "ResourcesAvailable", state: "CONDITION_SUCCEEDED" },
    { type: "Started", state: "CONDITION_SUCCEEDED" },
    { ...completed, type: "Completed" },
  ],
  ...counts,
});

const failedWith = (message: string, executionReason?: "NON_ZERO_EXIT_CODE"): Execution =>
  ended(
    {
      state: "CONDITION_FAILED",
      message,
      ...(executionReason === undefined ? {} : { executionReason }),
    },
    { failedCount: 1 },
  );

const task = (lastAttemptResult: Task["lastAttemptResult"]): Task => ({
  name: TASK,
  ...(lastAttemptResult === undefined ? {} : { lastAttemptResult }),
});

const ERROR = "The container exited with an error.";
const TIMED_OUT = "The configured timeout was reached.";
const NO_MEMORY = "The configured memory limit was reached.";

const SUCCEEDED: Execution = ended(
  { state: "CONDITION_SUCCEEDED", message: "Execution completed successfully in 12.3s." },
  { succeededCount: 1 },
);
const CANCELLED: Execution = ended(
  { state: "CONDITION_FAILED", executionReason: "CANCELLED", message: "Execution cancelled." },
  { cancelledCount: 1 },
);

describe("outcomeOf", () => {
  test.each<[sentence: string, execution: Execution, task: Task | undefined, expected: Outcome]>([
    ["exit 0", SUCCEEDED, task({}), { state: "succeeded", exitCode: 0, exitSource: "agent" }],
    [
      "exit 0, with every zero spelt out",
      { ...SUCCEEDED, failedCount: 0, cancelledCount: 0 },
      task({ status: { code: 0, message: "" }, exitCode: 0, termSignal: 0 }),
      { state: "succeeded", exitCode: 0, exitSource: "agent" },
    ],
    [
      "exit 0, and the task cannot be found",
      SUCCEEDED,
      undefined,
      { state: "succeeded", exitCode: 0, exitSource: "agent" },
    ],
    [
      "exit 3 is the agent's",
      failedWith(
        `Task ${TASK} failed with exit code: 3 and message: ${ERROR}`,
        "NON_ZERO_EXIT_CODE",
      ),
      task({ status: { code: ABORTED, message: ERROR }, exitCode: 3 }),
      { state: "failed", exitCode: 3, exitSource: "agent", reason: ERROR },
    ],
    [
      "exit 3 in the wording of 2025, without a status on the task",
      failedWith(`Task ${TASK} failed with message: ${ERROR}`, "NON_ZERO_EXIT_CODE"),
      task({ exitCode: 3 }),
      {
        state: "failed",
        exitCode: 3,
        exitSource: "agent",
        reason: `Task ${TASK} failed with message: ${ERROR}`,
      },
    ],
    [
      "exit 124 by the agent itself is the agent's",
      failedWith(
        `Task ${TASK} failed with exit code: 124 and message: ${ERROR}`,
        "NON_ZERO_EXIT_CODE",
      ),
      task({ status: { code: ABORTED, message: ERROR }, exitCode: 124 }),
      { state: "failed", exitCode: 124, exitSource: "agent", reason: ERROR },
    ],
    [
      "exit 255",
      failedWith(
        `Task ${TASK} failed with exit code: 255 and message: ${ERROR}`,
        "NON_ZERO_EXIT_CODE",
      ),
      task({ status: { code: ABORTED, message: ERROR }, exitCode: 255 }),
      { state: "failed", exitCode: 255, exitSource: "agent", reason: ERROR },
    ],
    [
      "a signal is 128 and its number",
      failedWith(`Task ${TASK} failed with message: ${ERROR}`, "NON_ZERO_EXIT_CODE"),
      task({ status: { code: ABORTED, message: ERROR }, termSignal: 11 }),
      { state: "failed", exitCode: 139, exitSource: "agent", reason: ERROR },
    ],
    [
      "a signal counts before an exit code",
      failedWith(`Task ${TASK} failed with message: ${ERROR}`, "NON_ZERO_EXIT_CODE"),
      task({ status: { code: ABORTED, message: ERROR }, termSignal: 15, exitCode: 1 }),
      { state: "failed", exitCode: 143, exitSource: "agent", reason: ERROR },
    ],
    [
      "a timeout is 124",
      failedWith(`Task ${TASK} failed with message: ${TIMED_OUT}`),
      task({ status: { code: DEADLINE_EXCEEDED, message: TIMED_OUT } }),
      { state: "failed", exitCode: 124, exitSource: "platform", reason: TIMED_OUT },
    ],
    [
      "a timeout is 124 whatever the agent made of SIGTERM",
      failedWith(`Task ${TASK} failed with message: ${TIMED_OUT}`),
      task({ status: { code: DEADLINE_EXCEEDED, message: TIMED_OUT }, exitCode: 5 }),
      { state: "failed", exitCode: 124, exitSource: "platform", reason: TIMED_OUT },
    ],
    [
      "a timeout is 124 when SIGTERM ended the agent",
      failedWith(`Task ${TASK} failed with message: ${TIMED_OUT}`),
      task({ status: { code: DEADLINE_EXCEEDED, message: TIMED_OUT }, termSignal: 15 }),
      { state: "failed", exitCode: 124, exitSource: "platform", reason: TIMED_OUT },
    ],
    [
      "a timeout that only the code tells",
      failedWith(""),
      task({ status: { code: DEADLINE_EXCEEDED } }),
      {
        state: "failed",
        exitCode: 124,
        exitSource: "platform",
        reason: "Cloud Run gave no reason",
      },
    ],
    [
      "a timeout that only the execution tells",
      failedWith(`Task ${TASK} failed with message: ${TIMED_OUT}`),
      undefined,
      {
        state: "failed",
        exitCode: 124,
        exitSource: "platform",
        reason: `Task ${TASK} failed with message: ${TIMED_OUT}`,
      },
    ],
    [
      "out of memory is 137, though Cloud Run reports exit code 0",
      failedWith(
        `Task ${TASK} failed with exit code: 0 and message: ${NO_MEMORY}`,
        "NON_ZERO_EXIT_CODE",
      ),
      task({ status: { code: ABORTED, message: NO_MEMORY }, exitCode: 0 }),
      { state: "failed", exitCode: 137, exitSource: "platform", reason: NO_MEMORY },
    ],
    [
      "out of memory is the platform's word, also with the signal beside it",
      failedWith(`Task ${TASK} failed with message: ${NO_MEMORY}`),
      task({ status: { code: ABORTED, message: NO_MEMORY }, termSignal: 9 }),
      { state: "failed", exitCode: 137, exitSource: "platform", reason: NO_MEMORY },
    ],
    [
      "out of memory that only the execution tells",
      failedWith(`Task ${TASK} failed with exit code: 0 and message: ${NO_MEMORY}`),
      task({ status: { code: ABORTED }, exitCode: 0 }),
      {
        state: "failed",
        exitCode: 137,
        exitSource: "platform",
        reason: `Task ${TASK} failed with exit code: 0 and message: ${NO_MEMORY}`,
      },
    ],
    [
      "SIGKILL without a word about memory is only a signal",
      failedWith(`Task ${TASK} failed with message: ${ERROR}`),
      task({ status: { code: ABORTED, message: ERROR }, termSignal: 9 }),
      { state: "failed", exitCode: 137, exitSource: "agent", reason: ERROR },
    ],
    [
      "cancelled is 130",
      CANCELLED,
      task({ status: { code: 1, message: "The task was cancelled." } }),
      { state: "cancelled", exitCode: 130, exitSource: "platform" },
    ],
    [
      "cancelled is 130, whatever the agent made of SIGTERM",
      CANCELLED,
      task({ exitCode: 7 }),
      { state: "cancelled", exitCode: 130, exitSource: "platform" },
    ],
    [
      "cancelled before a task began",
      CANCELLED,
      undefined,
      { state: "cancelled", exitCode: 130, exitSource: "platform" },
    ],
    [
      "cancelled that only the count tells",
      ended({ state: "CONDITION_FAILED" }, { cancelledCount: 1 }),
      undefined,
      { state: "cancelled", exitCode: 130, exitSource: "platform" },
    ],
    [
      "deleted while it ran: nobody knows the code",
      ended({
        state: "CONDITION_FAILED",
        executionReason: "DELETED",
        message: "Execution deleted.",
      }),
      undefined,
      { state: "unknown", reason: "Execution deleted." },
    ],
    [
      "failed before the container began: never 0",
      failedWith("The image could not be pulled."),
      task({ status: { code: ABORTED, message: "The image could not be pulled." }, exitCode: 0 }),
      { state: "unknown", reason: "The image could not be pulled." },
    ],
    [
      "failed without any word: never 0",
      ended({ state: "CONDITION_FAILED" }),
      task({}),
      { state: "unknown", reason: "Cloud Run gave no reason" },
    ],
    [
      "failed, and the task cannot be found: no guess from the message",
      failedWith(
        `Task ${TASK} failed with exit code: 3 and message: ${ERROR}`,
        "NON_ZERO_EXIT_CODE",
      ),
      undefined,
      {
        state: "unknown",
        reason: `Task ${TASK} failed with exit code: 3 and message: ${ERROR}`,
      },
    ],
    [
      "no condition at all: never 0",
      {},
      undefined,
      { state: "unknown", reason: "Cloud Run gave no reason" },
    ],
  ])("%s", (_sentence, execution, last, expected) =>
    expect(outcomeOf(execution, last)).toEqual(expected),
  );

  test("is success only where the condition says so", () =>
    fc.assert(
      fc.property(
        fc.constantFrom("CONDITION_FAILED", "CONDITION_PENDING", "STATE_UNSPECIFIED"),
        fc.constantFrom("", ERROR, TIMED_OUT, NO_MEMORY),
        fc.nat(16),
        fc.nat(255),
        fc.nat(31),
        (state, message, code, exitCode, termSignal) => {
          const given = ended({ state: state as "CONDITION_FAILED", message });
          const outcome = outcomeOf(
            given,
            task({ status: { code, message }, exitCode, termSignal }),
          );
          expect(outcome.state).not.toBe("succeeded");
          expect("exitCode" in outcome && outcome.exitCode === 0).toBe(false);
        },
      ),
    ));
});

describe("isFinished", () => {
  test.each<[sentence: string, execution: Execution, expected: boolean]>([
    ["succeeded", SUCCEEDED, true],
    ["failed", failedWith(ERROR), true],
    ["cancelled, also without a completion time", CANCELLED, true],
    ["pending", ended({ state: "CONDITION_PENDING" }), false],
    ["reconciling", ended({ state: "CONDITION_RECONCILING" }), false],
    ["without conditions", {}, false],
    ["with null conditions", { conditions: null }, false],
    [
      "another condition's success is not the end",
      { conditions: [{ type: "Started", state: "CONDITION_SUCCEEDED" }] },
      false,
    ],
    [
      "a completion time alone is not the end",
      {
        completionTime: { seconds: 1 },
        conditions: [{ type: "Completed", state: "CONDITION_PENDING" }],
      },
      false,
    ],
  ])("%s", (_sentence, execution, expected) => expect(isFinished(execution)).toBe(expected));

  test("looks at the Completed condition", () =>
    expect(completion(CANCELLED)).toEqual({
      type: "Completed",
      state: "CONDITION_FAILED",
      executionReason: "CANCELLED",
      message: "Execution cancelled.",
    }));
});
