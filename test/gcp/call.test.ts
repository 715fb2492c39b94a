import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { createCaller, readFailure } from "../../src/gcp/call.ts";
import { CODE, GoogleCallError } from "../../src/gcp/google-call-error.ts";
import {
  ALL_PAUSES,
  answering,
  callerAt,
  DEADLINE,
  everyTextOf,
  FakeClock,
  grpcError,
  outcomeOf,
  refused,
  session,
} from "./fake-google.ts";

const read = { goal: "read the job", subject: "projects/p/jobs/j", idempotent: true };
const write = { goal: "run the job", subject: "projects/p/jobs/j", idempotent: false };

async function call(plan: typeof read, answers: readonly unknown[], chance = 0.5) {
  const clock = new FakeClock(chance);
  const attempt = answering(...answers);
  const outcome = await outcomeOf(callerAt(clock)(plan, attempt));
  return { outcome, sent: attempt.mock.calls, sleeps: clock.sleeps };
}

const five = (error: Error): Error[] => Array(5).fill(error);
const away = grpcError(CODE.unavailable, "away");

describe("a call", () => {
  test.each([
    [
      "that succeeds is made once, with a deadline",
      read,
      [["the answer"]],
      { outcome: { returned: ["the answer"] }, sent: [[DEADLINE]], sleeps: [] },
    ],
    [
      "that can do no harm twice is repeated after a pause",
      read,
      [away, "the answer"],
      { outcome: { returned: "the answer" }, sent: [[DEADLINE], [DEADLINE]], sleeps: [500] },
    ],
    [
      "is given up after five tries, and the number of tries is said",
      read,
      five(away),
      {
        outcome: refused({ ...read, code: CODE.unavailable, why: "away (after 5 tries)" }),
        sent: Array(5).fill([DEADLINE]),
        sleeps: ALL_PAUSES,
      },
    ],
    [
      "ends with the last failure, not the first",
      read,
      [away, grpcError(CODE.notFound, "gone")],
      {
        outcome: refused({ ...read, code: CODE.notFound, why: "gone (after 2 tries)" }),
        sent: [[DEADLINE], [DEADLINE]],
        sleeps: [500],
      },
    ],
    [
      "that could do harm twice is made once",
      write,
      [away, "never asked for"],
      {
        outcome: refused({ ...write, code: CODE.unavailable, why: "away" }),
        sent: [[DEADLINE]],
        sleeps: [],
      },
    ],
    [
      "that fails below gRPC is not repeated",
      read,
      [new Error("socket hang up")],
      {
        outcome: refused({ ...read, code: CODE.unknown, why: "socket hang up" }),
        sent: [[DEADLINE]],
        sleeps: [],
      },
    ],
  ])("%s", async (_sentence, plan, answers, expected) =>
    expect(await call(plan, answers)).toEqual(expected),
  );

  test.each([
    ["least", 0, [250, 500, 1_000, 2_000]],
    ["even", 0.5, [500, 1_000, 2_000, 4_000]],
    ["most", 0.999, [749.5, 1_499, 2_998, 5_996]],
  ])("pauses double, and chance spreads them: %s", async (_sentence, chance, expected) =>
    expect((await call(read, five(away), chance)).sleeps).toEqual(expected),
  );

  const repeated: readonly number[] = [
    CODE.deadlineExceeded,
    CODE.resourceExhausted,
    CODE.internal,
    CODE.unavailable,
  ];
  test.each(
    Object.entries(CODE).map(([name, code]) => [name, code, repeated.includes(code) ? 5 : 1]),
  )("%s (%i) is tried %i times if that can do no harm, and once otherwise", async (...row) => {
    const [, code, tries] = row as [string, number, number];
    const error = grpcError(code, "refused");
    expect((await call(read, five(error))).sent).toHaveLength(tries);
    expect((await call(write, five(error))).sent).toHaveLength(1);
  });

  test("is never made more than five times, and once if harmful, whatever fails", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 5, maxLength: 9 }),
        fc.boolean(),
        async (codes, idempotent) => {
          const errors = codes.map((code) => grpcError(code, "refused"));
          const { sent, sleeps } = await call({ ...read, idempotent }, errors);
          const first = codes.findIndex((code) => !repeated.includes(code));
          const expected = first === -1 ? 5 : Math.min(first + 1, 5);
          expect(sent).toHaveLength(idempotent ? expected : 1);
          expect(sleeps).toHaveLength(sent.length - 1);
        },
      ),
    ));

  test("tells its trace what it does, and each further try", async () => {
    const lines: string[] = [];
    const caller = createCaller(session, new FakeClock(), (text) => lines.push(text));
    await caller(read, answering(away, away, "the answer"));
    expect(lines).toMatchInlineSnapshot(`
      [
        "read the job: projects/p/jobs/j",
        "read the job: projects/p/jobs/j (try 2)",
        "read the job: projects/p/jobs/j (try 3)",
      ]
    `);
  });

  test("fails in words that hold nothing of who is signed in but the address", async () => {
    const auth = { key: "obviously-fake-private-key" } as unknown as typeof session.auth;
    const caller = createCaller({ ...session, auth }, new FakeClock(), () => undefined);
    const error: unknown = await caller(write, answering(away)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(GoogleCallError);
    expect(everyTextOf(error)).not.toContain("obviously-fake-private-key");
  });
});

describe("what Google's clients throw", () => {
  test.each([
    [
      "an error of gRPC gives its code and Google's text",
      grpcError(CODE.notFound, "Secret [projects/1/secrets/a] not found."),
      { code: 5, detail: "Secret [projects/1/secrets/a] not found.", reason: undefined },
    ],
    [
      "a reason is kept",
      grpcError(CODE.permissionDenied, "denied", { reason: "SERVICE_DISABLED" }),
      { code: 7, detail: "denied", reason: "SERVICE_DISABLED" },
    ],
    [
      "an error without details gives its message",
      Object.assign(new Error("Total timeout exceeded"), { code: 4 }),
      { code: 4, detail: "Total timeout exceeded", reason: undefined },
    ],
    [
      "Node's codes are texts, and no codes of Google",
      Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }),
      { code: 2, detail: "getaddrinfo ENOTFOUND", reason: undefined },
    ],
    [
      "details of another kind are no text",
      Object.assign(new Error("message"), { code: 3, details: [{}], reason: 7 }),
      { code: 3, detail: "message", reason: undefined },
    ],
    ["an AlError is read like any error", new UsageError({ what: "w", remedy: "r" }), unknown("w")],
    ["a text", "just a text", unknown("just a text")],
    ["nothing", undefined, unknown("undefined")],
  ])("%s", (_sentence, thrown, expected) => expect(readFailure(thrown)).toEqual(expected));

  test("is reduced to three properties, whatever it carries", () => {
    const thrown = grpcError(3, "refused", { config: { data: "obviously-fake-payload" } });
    expect(Object.keys(readFailure(thrown)).toSorted()).toEqual(["code", "detail", "reason"]);
  });
});

function unknown(detail: string) {
  return { code: CODE.unknown, detail, reason: undefined };
}
