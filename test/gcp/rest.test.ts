import { describe, expect, test } from "vitest";
import { CODE } from "../../src/gcp/google-call-error.ts";
import type { RestRequest } from "../../src/gcp/rest.ts";
import type { Session } from "../../src/gcp/session.ts";
import { type Reply, refusal, restAnswering } from "./answering-fetch.ts";
import { ALL_PAUSES, everyTextOf, outcomeOf, refused } from "./fake-google.ts";

const REQUEST: RestRequest = {
  goal: "read the thing",
  subject: "projects/demo-project/things/it",
  host: "things.googleapis.com",
  path: "/v1/projects/demo-project/things/it?view=FULL",
};
const words = { goal: REQUEST.goal, subject: REQUEST.subject };

describe("a call", () => {
  test.each<[string, RestRequest, string | undefined, object]>([
    [
      "without a body is a GET of Google's host",
      REQUEST,
      undefined,
      { method: "GET", url: `https://things.googleapis.com${REQUEST.path}` },
    ],
    [
      "with a body is a POST of JSON",
      { ...REQUEST, body: { permissions: ["a.b.c"] } },
      undefined,
      {
        method: "POST",
        url: `https://things.googleapis.com${REQUEST.path}`,
        body: { permissions: ["a.b.c"] },
      },
    ],
    [
      "goes to the emulator, when there is one",
      REQUEST,
      "http://127.0.0.1:9470",
      { method: "GET", url: `http://127.0.0.1:9470${REQUEST.path}` },
    ],
  ])("%s", async (_sentence, request, emulatorUrl, expected) => {
    const { rest, sent } = restAnswering([{ body: { name: "it" } }], emulatorUrl);
    expect(await rest.send(request)).toEqual({ name: "it" });
    expect(sent).toEqual([{ ...expected, authorization: "Bearer fake-token" }]);
  });
});

test.each([
  ["the project that is to be named", {}, "acme"],
  ["the one that the sign-in names, first of all", { "x-goog-user-project": "own" }, "own"],
])("a person's call is billed to %s", async (_sentence, own, billed) => {
  const auth = {
    getRequestHeaders: async () => new Headers({ authorization: "Bearer fake-token", ...own }),
  } as unknown as Session["auth"];
  const { rest, sent } = restAnswering([{ body: {} }], undefined, { auth, quotaProject: "acme" });
  await rest.send(REQUEST);
  expect(sent).toMatchObject([{ authorization: "Bearer fake-token", billed }]);
});

describe("an answer", () => {
  test.each<[string, Reply | Error, number, string]>([
    [
      "a refusal by name",
      refusal(400, "FAILED_PRECONDITION"),
      CODE.failedPrecondition,
      "Google's text",
    ],
    ["a refusal by status alone", { status: 404 }, CODE.notFound, "HTTP status 404"],
    [
      "a page instead of JSON",
      { status: 403, body: "<html>" },
      CODE.permissionDenied,
      "HTTP status 403",
    ],
    ["a status that nobody knows", { status: 418 }, CODE.unknown, "HTTP status 418"],
  ])("%s is Google's refusal", async (_sentence, reply, code, why) => {
    const { rest, sent } = restAnswering([reply]);
    expect(await outcomeOf(rest.send(REQUEST))).toEqual(refused({ ...words, code, why }));
    expect(sent).toHaveLength(1);
  });

  test.each<[string, Reply | Error, number, string]>([
    ["Google is busy", refusal(503, "UNAVAILABLE"), CODE.unavailable, "Google's text"],
    ["Google has a defect", { status: 500 }, CODE.internal, "HTTP status 500"],
    [
      "a quota is used up",
      refusal(429, "RESOURCE_EXHAUSTED"),
      CODE.resourceExhausted,
      "Google's text",
    ],
    ["a good status with a page", { body: "<html>" }, CODE.unavailable, "the answer is not JSON"],
    [
      "nobody answers",
      new TypeError("fetch failed"),
      CODE.unavailable,
      "things.googleapis.com cannot be reached",
    ],
    [
      "nobody answers in time",
      Object.assign(new Error("late"), { name: "TimeoutError" }),
      CODE.deadlineExceeded,
      "things.googleapis.com did not answer in time",
    ],
  ])("is asked for five times when %s", async (_sentence, reply, code, why) => {
    const { rest, sent, clock } = restAnswering([reply, reply, reply, reply, reply]);
    expect(await outcomeOf(rest.send(REQUEST))).toEqual(
      refused({ ...words, code, why: `${why} (after 5 tries)` }),
    );
    expect(sent).toHaveLength(5);
    expect(clock.sleeps).toEqual(ALL_PAUSES);
  });

  test("that comes at the second try is the answer", async () => {
    const { rest } = restAnswering([refusal(503, "UNAVAILABLE"), { body: { name: "it" } }]);
    expect(await rest.send(REQUEST)).toEqual({ name: "it" });
  });

  test("that is an error shows no token", async () => {
    const { rest } = restAnswering([refusal(401, "UNAUTHENTICATED")]);
    const error = await rest.send(REQUEST).catch((reason: unknown) => reason);
    expect(everyTextOf(error)).not.toContain("fake-token");
  });
});

describe("beside the answers", () => {
  test.each<[string, Reply, boolean | undefined]>([
    ["an API that answers is on", { body: {} }, true],
    [
      "an API that is disabled is off",
      refusal(403, "PERMISSION_DENIED", "off", "SERVICE_DISABLED"),
      false,
    ],
    [
      "an API that is disabled in gcloud's own project says neither",
      refusal(
        403,
        "PERMISSION_DENIED",
        "X API has not been used in project 764086051850 before or it is disabled.",
        "SERVICE_DISABLED",
      ),
      undefined,
    ],
    [
      "a denial for another reason says neither",
      refusal(403, "PERMISSION_DENIED", "no", "IAM_PERMISSION_DENIED"),
      undefined,
    ],
  ])("%s", async (_sentence, reply, expected) => {
    const { rest } = restAnswering([reply]);
    await outcomeOf(rest.send(REQUEST));
    expect(rest.answered.get(REQUEST.host)).toBe(expected);
  });

  // The test's clock stands at the beginning of 1970.
  test.each([
    ["Google's clock is ten minutes behind", "Wed, 31 Dec 1969 23:50:00 GMT", 600_000],
    ["Google's clock is one minute ahead", "Thu, 01 Jan 1970 00:01:00 GMT", -60_000],
    ["a date that is none tells nothing", "yesterday", undefined],
    ["no date tells nothing", undefined, undefined],
  ])("%s, as refusals tell too", async (_sentence, date, expected) => {
    const { rest } = restAnswering([
      { ...refusal(401, "UNAUTHENTICATED"), ...(date === undefined ? {} : { date }) },
    ]);
    await outcomeOf(rest.send(REQUEST));
    expect(rest.skewMs).toBe(expected);
  });
});
