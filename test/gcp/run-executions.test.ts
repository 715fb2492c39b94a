import type { ExecutionsClient, TasksClient } from "@google-cloud/run";
import { describe, expect, test } from "vitest";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { RunExecutions } from "../../src/gcp/run-executions.ts";
import {
  ALL_PAUSES,
  answering,
  callerAt,
  DEADLINE,
  FakeClock,
  grpcError,
  outcomeOf,
  REFUSALS,
  refused,
} from "./fake-google.ts";

const JOB = "projects/demo-project/locations/us-central1/jobs/al-reviewer-0a1b2c3d";
const EXECUTION = `${JOB}/executions/al-reviewer-0a1b2c3d-x7k2p`;
const ONE_PAGE = { ...DEADLINE, autoPaginate: false };

const execution = { name: EXECUTION, reconciling: true };
const task = { name: `${EXECUTION}/tasks/0`, lastAttemptResult: { exitCode: 3 } };

type Act = (executions: RunExecutions) => Promise<unknown>;

async function trial(method: string, answers: readonly unknown[], act: Act) {
  const clock = new FakeClock();
  const answer = answering(...answers);
  const clients = {
    executions: { [method]: answer } as unknown as ExecutionsClient,
    tasks: { [method]: answer } as unknown as TasksClient,
  };
  const outcome = await outcomeOf(act(new RunExecutions(clients, callerAt(clock))));
  return { sent: answer.mock.calls, outcome, sleeps: clock.sleeps };
}

const get: Act = (executions) => executions.getExecution(EXECUTION);
const list: Act = (executions) => executions.listExecutions(JOB);
const cancel: Act = (executions) => executions.cancelExecution(EXECUTION);
const find: Act = (executions) => executions.findTask(EXECUTION);

const named = [{ name: EXECUTION }, DEADLINE];
const newest = [{ parent: JOB, pageSize: 100 }, ONE_PAGE];
const first = [{ parent: EXECUTION, pageSize: 1 }, ONE_PAGE];

describe("executions", () => {
  test.each([
    ["one is read", "getExecution", [[execution]], get, [named], execution],
    [
      "the newest hundred are listed, older pages are left",
      "listExecutions",
      [[[execution], { parent: JOB, pageToken: "2" }, { nextPageToken: "2" }]],
      list,
      [newest],
      [execution],
    ],
    ["a job without any has none", "listExecutions", [[[], null, {}]], list, [newest], []],
    [
      "one is cancelled, and the end of that is not waited for",
      "cancelExecution",
      [[{ name: "projects/demo-project/locations/us-central1/operations/1" }]],
      cancel,
      [named],
      undefined,
    ],
    ["its task is found", "listTasks", [[[task], null, {}]], find, [first], task],
    ["one without a task has none", "listTasks", [[[], null, {}]], find, [first], undefined],
  ])("%s", async (_sentence, method, answers, act, sent, returned) =>
    expect(await trial(method, answers, act)).toEqual({ sent, outcome: { returned }, sleeps: [] }),
  );
});

const plans = [
  ["getExecution", "getExecution", get, "read the execution", EXECUTION],
  ["listExecutions", "listExecutions", list, "list the executions", JOB],
  ["cancelExecution", "cancelExecution", cancel, "cancel the execution", EXECUTION],
  ["findTask", "listTasks", find, "read the task", EXECUTION],
] as const;

describe("a refusal of Cloud Run", () => {
  const rows = plans.flatMap(([verb, method, act, goal, subject]) =>
    REFUSALS.map(([status, code]) => {
      const again = code === CODE.unavailable;
      const why = again ? "refused (after 5 tries)" : "refused";
      const outcome = refused({ goal, subject, code, why });
      const sleeps = again ? ALL_PAUSES : [];
      return [verb, status, { method, act, code, outcome, sleeps }] as const;
    }),
  );
  test.each(rows)("%s: %s", async (_verb, _status, expected) => {
    const { method, act, code, outcome, sleeps } = expected;
    const result = await trial(method, Array(5).fill(grpcError(code, "refused")), act);
    expect({ outcome: result.outcome, sleeps: result.sleeps }).toEqual({ outcome, sleeps });
    expect(result.sent).toHaveLength(sleeps.length + 1);
  });

  test.each([
    ["FAILED_PRECONDITION", CODE.failedPrecondition],
    ["ABORTED", CODE.aborted],
    ["INVALID_ARGUMENT", CODE.invalidArgument],
  ])("cancelling one that ended by itself is done: %s", async (_status, code) => {
    const error = grpcError(code, "The execution has completed.");
    expect(await trial("cancelExecution", [error], cancel)).toEqual({
      sent: [named],
      outcome: { returned: undefined },
      sleeps: [],
    });
  });

  test("cancelling repeated after a lost reply, when the first one worked, is done", async () => {
    const answers = [
      grpcError(CODE.unavailable, "away"),
      grpcError(CODE.failedPrecondition, "The execution has completed."),
    ];
    expect(await trial("cancelExecution", answers, cancel)).toEqual({
      sent: [named, named],
      outcome: { returned: undefined },
      sleeps: [500],
    });
  });
});
