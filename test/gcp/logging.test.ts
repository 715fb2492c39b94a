import { EventEmitter } from "node:events";
import type { v2 } from "@google-cloud/logging-api";
import { describe, expect, test, vi } from "vitest";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { Logging } from "../../src/gcp/logging.ts";
import {
  ALL_PAUSES,
  answering,
  callerAt,
  DEADLINE,
  FakeClock,
  grpcError,
  outcomeOf,
  PROJECT,
  REFUSALS,
  refused,
} from "./fake-google.ts";

const FILTER = 'labels."run.googleapis.com/execution_name"="al-reviewer-0a1b2c3d-x7k2p"';
const one = { insertId: "1", textPayload: "one" };
const two = { insertId: "2", textPayload: "two" };

describe("reading entries", () => {
  const ask = (pageToken: string) => [
    {
      resourceNames: ["projects/demo-project"],
      filter: FILTER,
      orderBy: "timestamp asc",
      pageSize: 1000,
      pageToken,
    },
    { ...DEADLINE, autoPaginate: false },
  ];

  async function trial(answers: readonly unknown[]) {
    const clock = new FakeClock();
    const listLogEntries = answering(...answers);
    const client = { listLogEntries } as unknown as v2.LoggingServiceV2Client;
    const pages: unknown[] = [];
    const read = async () => {
      for await (const page of new Logging(client, PROJECT, callerAt(clock)).list(FILTER))
        pages.push(page);
    };
    const outcome = await outcomeOf(read());
    return { sent: listLogEntries.mock.calls, pages, outcome, sleeps: clock.sleeps };
  }

  const goal = { goal: "read the logs", subject: "projects/demo-project" };
  const returned = { returned: undefined };
  test.each([
    [
      "one page is all",
      [[[one, two], null, { nextPageToken: "" }]],
      { sent: [ask("")], pages: [[one, two]], outcome: returned, sleeps: [] },
    ],
    [
      "no entries are one empty page",
      [[[], null, {}]],
      { sent: [ask("")], pages: [[]], outcome: returned, sleeps: [] },
    ],
    [
      "an empty page with a token is not the last",
      [
        [[one], {}, { nextPageToken: "b" }],
        [[], {}, { nextPageToken: "c" }],
        [[two], null, { nextPageToken: "" }],
      ],
      {
        sent: [ask(""), ask("b"), ask("c")],
        pages: [[one], [], [two]],
        outcome: returned,
        sleeps: [],
      },
    ],
    [
      "a page that fails for a moment is asked for again, and no other",
      [
        [[one], {}, { nextPageToken: "b" }],
        grpcError(CODE.unavailable, "away"),
        [[two], null, null],
      ],
      {
        sent: [ask(""), ask("b"), ask("b")],
        pages: [[one], [two]],
        outcome: returned,
        sleeps: [500],
      },
    ],
    [
      "a page that is denied ends the reading after the pages before it",
      [[[one], {}, { nextPageToken: "b" }], grpcError(CODE.permissionDenied, "denied")],
      {
        sent: [ask(""), ask("b")],
        pages: [[one]],
        outcome: refused({ ...goal, code: CODE.permissionDenied, why: "denied" }),
        sleeps: [],
      },
    ],
  ])("%s", async (_sentence, answers, expected) => expect(await trial(answers)).toEqual(expected));

  test.each(REFUSALS)("a refusal: %s", async (_status, code) => {
    const again = code === CODE.unavailable;
    const why = again ? "refused (after 5 tries)" : "refused";
    expect(await trial(Array(5).fill(grpcError(code, "refused")))).toEqual({
      sent: Array(again ? 5 : 1).fill(ask("")),
      pages: [],
      outcome: refused({ ...goal, code, why }),
      sleeps: again ? ALL_PAUSES : [],
    });
  });

  test("nobody asks for a page that nobody wants", async () => {
    const listLogEntries = answering([[one], {}, { nextPageToken: "b" }]);
    const client = { listLogEntries } as unknown as v2.LoggingServiceV2Client;
    const pages = new Logging(client, PROJECT, callerAt(new FakeClock())).list(FILTER);
    expect(listLogEntries).not.toHaveBeenCalled();
    for await (const page of pages) {
      expect(page).toEqual([one]);
      break;
    }
    expect(listLogEntries).toHaveBeenCalledTimes(1);
  });
});

/** The stream that the generated client gives: events of a Duplex, `write`, and gRPC's `cancel`. */
class FakeStream extends EventEmitter {
  readonly write = vi.fn();
  readonly cancel = vi.fn(() => this.emit("error", grpcError(CODE.cancelled, "Cancelled")));
}

describe("following entries", () => {
  function follow() {
    const stream = new FakeStream();
    const tailLogEntries = vi.fn(() => stream);
    const client = { tailLogEntries } as unknown as v2.LoggingServiceV2Client;
    const heard: unknown[] = [];
    const tail = new Logging(client, PROJECT, callerAt(new FakeClock())).tail(FILTER, {
      entries: (entries) => heard.push({ entries }),
      suppressed: () => heard.push("suppressed"),
      ended: (failure) => heard.push({ ended: failure }),
    });
    return { stream, tail, heard, asked: tailLogEntries.mock.calls };
  }

  test("asks once, for entries at once and not gathered", () => {
    const { stream, asked } = follow();
    expect({ asked, written: stream.write.mock.calls }).toEqual({
      asked: [[]],
      written: [
        [
          {
            resourceNames: ["projects/demo-project"],
            filter: FILTER,
            bufferWindow: { seconds: 0, nanos: 0 },
          },
        ],
      ],
    });
  });

  type Event = readonly [name: string, ...given: unknown[]];
  const data = (reply: object): Event => ["data", reply];
  const suppression = [{ reason: "RATE_LIMIT", suppressedCount: 7 }];
  test.each<[string, readonly Event[], readonly unknown[]]>([
    [
      "entries are handed on as they come",
      [data({ entries: [two, one] })],
      [{ entries: [two, one] }],
    ],
    [
      "replies without entries are not",
      [data({ entries: [], suppressionInfo: [] }), data({ entries: null }), data({})],
      [],
    ],
    ["what Google left out is told", [data({ suppressionInfo: suppression })], ["suppressed"]],
    [
      "what Google left out is told before what it did not",
      [data({ entries: [one], suppressionInfo: suppression })],
      ["suppressed", { entries: [one] }],
    ],
    ["an end by itself is an end without failure", [["end"]], [{ ended: undefined }]],
    [
      "a failure is told with its code",
      [["error", grpcError(CODE.resourceExhausted, "Too many tail sessions.")]],
      [{ ended: { code: 8, detail: "Too many tail sessions.", reason: undefined } }],
    ],
    [
      "the longest time that a stream may last is told like a failure",
      [data({ entries: [one] }), ["error", grpcError(CODE.outOfRange, "Maximum duration.")]],
      [{ entries: [one] }, { ended: { code: 11, detail: "Maximum duration.", reason: undefined } }],
    ],
    [
      "it ends once, whatever follows",
      [["error", grpcError(CODE.internal, "broken")], ["end"], data({ entries: [one] }), ["end"]],
      [{ ended: { code: 13, detail: "broken", reason: undefined } }],
    ],
  ])("%s", (_sentence, events, expected) => {
    const { stream, heard } = follow();
    for (const [name, ...given] of events) stream.emit(name, ...given);
    expect(heard).toEqual(expected);
  });

  test("after close nothing is heard, not even the cancellation's own error", () => {
    const { stream, tail, heard } = follow();
    stream.emit("data", { entries: [one] });
    tail.close();
    stream.emit("data", { entries: [two] });
    stream.emit("error", grpcError(CODE.unavailable, "late"));
    stream.emit("end");
    expect({ heard, cancelled: stream.cancel.mock.calls }).toEqual({
      heard: [{ entries: [one] }],
      cancelled: [[]],
    });
  });
});
