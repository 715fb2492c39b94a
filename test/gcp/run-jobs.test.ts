import type { JobsClient } from "@google-cloud/run";
import { describe, expect, test } from "vitest";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { RunJobs } from "../../src/gcp/run-jobs.ts";
import type { Job, Overrides } from "../../src/gcp/types.ts";
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

const location = { project: "demo-project", region: "us-central1" };
const PARENT = "projects/demo-project/locations/us-central1";
const ID = "al-reviewer-0a1b2c3d";
const NAME = `${PARENT}/jobs/${ID}`;
const OPERATION = `${PARENT}/operations/0a1b2c3d-4e5f`;
const EXECUTION = `${NAME}/executions/${ID}-x7k2p`;

const job: Job = {
  labels: { "managed-by": "action-llama" },
  template: { taskCount: 1, template: { maxRetries: 0, containers: [{ image: "host.local/a" }] } },
};
const overrides: Overrides = {
  taskCount: 1,
  timeout: { seconds: 600 },
  containerOverrides: [{ env: [{ name: "AL_RUN_ID", value: "0123456789abcdef" }] }],
};

/** Answers by method of the client; getOperation belongs to its operationsClient. */
type Answers = { readonly [method: string]: readonly unknown[] };
type Act = (jobs: RunJobs) => Promise<unknown>;

async function trial(answers: Answers, act: Act) {
  const clock = new FakeClock();
  const methods = Object.entries(answers).map(
    ([name, given]) => [name, answering(...given)] as const,
  );
  const client = Object.fromEntries(methods);
  const operationsClient = { getOperation: client.getOperation ?? answering() };
  const jobs = new RunJobs({ ...client, operationsClient } as unknown as JobsClient, {
    location,
    call: callerAt(clock),
    clock,
  });
  const outcome = await outcomeOf(act(jobs));
  const sent = Object.fromEntries(methods.map(([name, method]) => [name, method.mock.calls]));
  return { outcome, sent, sleeps: clock.sleeps };
}

const find: Act = (jobs) => jobs.findJob(ID);
const list: Act = (jobs) => jobs.listJobs();
const create: Act = (jobs) => jobs.createJob(ID, job);
const remove: Act = (jobs) => jobs.deleteJob(ID);
const run: Act = (jobs) => jobs.runJob(ID, overrides);

const named = [{ name: NAME }, DEADLINE];
const listing = (pageToken: string) => [
  { parent: PARENT, pageToken },
  { ...DEADLINE, autoPaginate: false },
];
const creation = [{ parent: PARENT, jobId: ID, job }, DEADLINE];
const start = [{ name: NAME, overrides }, DEADLINE];
const poll = [{ name: OPERATION }, DEADLINE];
const operation = [{ name: OPERATION, metadata: { name: NAME } }, null, { name: OPERATION }];
const running = [{ name: OPERATION, done: false, error: null }];
const done = [{ name: OPERATION, done: true, error: null }];
const failed = (code: number, message: string) => [
  { name: OPERATION, done: true, error: { code, message } },
];

describe("a job", () => {
  test.each([
    [
      "is found",
      { getJob: [[{ ...job, name: NAME }]] },
      find,
      {
        outcome: { returned: { ...job, name: NAME } },
        sent: { getJob: [named] },
        sleeps: [],
      },
    ],
    [
      "is listed, page after page, empty ones too",
      {
        listJobs: [
          [[{ name: NAME }], {}, { nextPageToken: "2" }],
          [[], {}, { nextPageToken: "3" }],
          [[{ name: `${PARENT}/jobs/other` }], null, { nextPageToken: "" }],
        ],
      },
      list,
      {
        outcome: { returned: [{ name: NAME }, { name: `${PARENT}/jobs/other` }] },
        sent: { listJobs: [listing(""), listing("2"), listing("3")] },
        sleeps: [],
      },
    ],
    [
      "is created and checked",
      { createJob: [operation], getOperation: [running, running, done] },
      create,
      {
        outcome: { returned: undefined },
        sent: { createJob: [creation], getOperation: [poll, poll, poll] },
        sleeps: [250, 375],
      },
    ],
    [
      "is created, and what the checks refuse is a value",
      { createJob: [operation], getOperation: [running, failed(5, "Image 'x' not found.")] },
      create,
      {
        outcome: { returned: { code: 5, detail: "Image 'x' not found.", reason: undefined } },
        sent: { createJob: [creation], getOperation: [poll, poll] },
        sleeps: [250],
      },
    ],
    [
      "is waited for though Google is away for a moment",
      {
        createJob: [operation],
        getOperation: [running, grpcError(CODE.unavailable, "away"), done],
      },
      create,
      {
        outcome: { returned: undefined },
        sent: { createJob: [creation], getOperation: [poll, poll, poll] },
        sleeps: [250, 500],
      },
    ],
    [
      "whose creation's reply was lost exists already",
      {
        createJob: [
          grpcError(CODE.unavailable, "away"),
          grpcError(CODE.alreadyExists, `Resource '${ID}' already exists.`),
        ],
      },
      create,
      {
        outcome: refused({
          goal: "create the job",
          subject: NAME,
          code: CODE.alreadyExists,
          why: `Resource '${ID}' already exists. (after 2 tries)`,
        }),
        sent: { createJob: [creation, creation] },
        sleeps: [500],
      },
    ],
    [
      "is deleted, and the deletion waited for",
      { deleteJob: [operation], getOperation: [running, done] },
      remove,
      {
        outcome: { returned: undefined },
        sent: { deleteJob: [named], getOperation: [poll, poll] },
        sleeps: [250],
      },
    ],
    [
      "that goes while its deletion is waited for is deleted",
      { deleteJob: [operation], getOperation: [grpcError(CODE.notFound, "gone")] },
      remove,
      {
        outcome: { returned: undefined },
        sent: { deleteJob: [named], getOperation: [poll] },
        sleeps: [],
      },
    ],
    [
      "is run, and the first answer names the execution",
      {
        runJob: [
          [
            { name: OPERATION, metadata: { name: EXECUTION, annotations: { spec: "0a1b" } } },
            null,
            { name: OPERATION },
          ],
        ],
      },
      run,
      {
        outcome: { returned: { name: EXECUTION, annotations: { spec: "0a1b" } } },
        sent: { runJob: [start] },
        sleeps: [],
      },
    ],
    [
      "is run without annotations",
      { runJob: [[{ name: OPERATION, metadata: { name: EXECUTION } }]] },
      run,
      {
        outcome: { returned: { name: EXECUTION, annotations: {} } },
        sent: { runJob: [start] },
        sleeps: [],
      },
    ],
  ])("%s", async (_sentence, answers: Answers, act, expected) =>
    expect(await trial(answers, act)).toEqual(expected),
  );

  test("whose deletion fails is not deleted", async () => {
    const answers = { deleteJob: [operation], getOperation: [failed(13, "Internal error.")] };
    expect((await trial(answers, remove)).outcome).toEqual({
      threw: expect.objectContaining({ why: "Internal error." }),
    });
  });

  test("whose deletion finds it gone is deleted", async () => {
    const answers = { deleteJob: [operation], getOperation: [failed(5, "gone")] };
    expect((await trial(answers, remove)).outcome).toEqual({ returned: undefined });
  });
});

const plans = [
  ["listJobs", "listJobs", list, "list the jobs", "repeated", {}],
  ["findJob", "getJob", find, "read the job", "repeated", { NOT_FOUND: { returned: undefined } }],
  ["createJob", "createJob", create, "create the job", "repeated", {}],
  [
    "deleteJob",
    "deleteJob",
    remove,
    "delete the job",
    "repeated",
    { NOT_FOUND: { returned: undefined } },
  ],
  ["runJob", "runJob", run, "run the job", "once", {}],
] as const;

describe("a refusal of Cloud Run", () => {
  const rows = plans.flatMap(([verb, method, act, goal, repetition, answers]) =>
    REFUSALS.map(([status, code]) => {
      const again = code === CODE.unavailable && repetition === "repeated";
      const why = again ? "refused (after 5 tries)" : "refused";
      const answer: { readonly [status: string]: unknown } = answers;
      const outcome =
        answer[status] ??
        refused({ goal, subject: verb === "listJobs" ? PARENT : NAME, code, why });
      const sleeps = again ? ALL_PAUSES : [];
      return [verb, status, { method, act, code, outcome, sleeps }] as const;
    }),
  );
  test.each(rows)("%s: %s", async (_verb, _status, expected) => {
    const { method, act, code, outcome, sleeps } = expected;
    const answers = { [method]: Array(5).fill(grpcError(code, "refused")) };
    const result = await trial(answers, act);
    expect({ outcome: result.outcome, sleeps: result.sleeps }).toEqual({ outcome, sleeps });
    expect(result.sent[method]).toHaveLength(sleeps.length + 1);
  });
});

describe("RunJob", () => {
  test.each(Object.entries(CODE))("is never sent twice: %s", async (_status, code) => {
    const error = grpcError(code, "refused");
    expect(await trial({ runJob: Array(5).fill(error) }, run)).toEqual({
      outcome: refused({ goal: "run the job", subject: NAME, code, why: "refused" }),
      sent: { runJob: [start] },
      sleeps: [],
    });
  });

  test("is not sent twice where the connection broke below gRPC", async () => {
    const { sent } = await trial({ runJob: Array(5).fill(new Error("socket hang up")) }, run);
    expect(sent).toEqual({ runJob: [start] });
  });

  // Something was started and nobody knows what: as good as a lost answer, which the caller looks into.
  test.each([
    ["no metadata", { name: OPERATION, metadata: null }],
    ["metadata without a name", { name: OPERATION, metadata: { annotations: {} } }],
    ["metadata with an empty name", { name: OPERATION, metadata: { name: "", annotations: {} } }],
  ])("an answer with %s is no answer", async (_sentence, answer) =>
    expect((await trial({ runJob: [[answer, null, {}]] }, run)).outcome).toEqual({
      threw: expect.objectContaining({ name: "GoogleCallError", code: CODE.unknown }),
    }),
  );
});
