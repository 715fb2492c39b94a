import { describe, expect, it } from "vitest";
import type { CallContext, Json, StreamCall } from "../core/handler.ts";
import { LogStore } from "./log-store.ts";
import { loggingService } from "./service.ts";

const LIST = "google.logging.v2.LoggingServiceV2.ListLogEntries";
const TAIL = "google.logging.v2.LoggingServiceV2.TailLogEntries";
const WRITE = "google.logging.v2.LoggingServiceV2.WriteLogEntries";
const PROJECTS = [
  { id: "demo-project", number: "123456789012" },
  { id: "demo-other", number: "210987654321" },
];
const START = Date.parse("2026-11-22T10:00:00Z");
const RESOURCE_NAMES = ["projects/demo-project"];

class FakeClock {
  time = START;
  timers: { at: number; callback: () => void }[] = [];

  now = (): number => this.time;

  after = (milliseconds: number, callback: () => void) => {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.push(timer);
    const cancel = (): void => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
    return { cancel };
  };

  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }
}

type Options = {
  delayMs?: number;
  shuffleMs?: number;
  random?: number[];
  readsPerMinute?: number;
  maxTailSessions?: number;
  tailedPerMinute?: number;
  hasEmptyPages?: boolean;
};

function emulator(options: Options = {}) {
  const clock = new FakeClock();
  const chances = [...(options.random ?? [])];
  const store = new LogStore({
    delayMs: options.delayMs ?? 0,
    shuffleMs: options.shuffleMs ?? 0,
    now: clock.now,
    random: () => chances.shift() ?? 0,
  });
  const service = loggingService(store, {
    now: clock.now,
    after: clock.after,
    findProject: (name) => PROJECTS.find(({ id, number }) => id === name || number === name),
    readsPerMinute: options.readsPerMinute,
    maxTailSessions: options.maxTailSessions ?? 10,
    tailedPerMinute: options.tailedPerMinute ?? Number.POSITIVE_INFINITY,
    hasEmptyPages: options.hasEmptyPages ?? false,
  });
  const asked: string[] = [];
  const context = contextFor((permission, resource) => asked.push(`${permission} on ${resource}`));
  const call = (method: string, request: Json): Json =>
    service.unary[method]?.(request, context) as Json;
  return {
    clock,
    store,
    asked,
    service,
    write: (...lines: Json[]) => store.write(lines.map(lineEntry)),
    writeCall: (request: Json) => call(WRITE, request),
    list: (request: Json = {}) => call(LIST, { resourceNames: RESOURCE_NAMES, ...request }),
    tail: (request: Json = {}) => {
      const stream = new FakeStream(context);
      service.streams?.[TAIL]?.(stream);
      stream.request({ resourceNames: RESOURCE_NAMES, ...request });
      return stream;
    },
  };
}

const contextFor = (authorize: CallContext["authorize"]): CallContext => ({
  principal: "owner",
  transport: "grpc",
  authorize,
});

class FakeStream implements StreamCall {
  readonly context: CallContext;
  readonly replies: string[][] = [];
  readonly suppressions: Json[] = [];
  behind = false;
  ended: Error | "OK" | undefined;
  #onRequest: (request: Json) => void = () => undefined;
  #onClose: () => void = () => undefined;

  constructor(context: CallContext) {
    this.context = context;
  }

  onRequest(listener: (request: Json) => void): void {
    this.#onRequest = listener;
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  send(reply: Json): void {
    this.replies.push(texts(reply));
    if (reply.suppressionInfo !== undefined) this.suppressions.push(...reply.suppressionInfo);
  }

  isBehind(): boolean {
    return this.behind;
  }

  end(error?: Error): void {
    this.ended = error ?? "OK";
  }

  request(request: Json): void {
    this.#onRequest(request);
  }

  close(): void {
    this.#onClose();
  }
}

const texts = (reply: Json): string[] =>
  (reply.entries ?? []).map((entry: Json) => entry.textPayload);

const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

const lineEntry = (line: Json): Json => ({
  logName: "projects/demo-project/logs/run.googleapis.com%2Fstdout",
  resource: { type: "cloud_run_job", labels: {} },
  ...line,
});

describe("the store", () => {
  it("fills in what is missing, and keeps DEFAULT severity absent", () => {
    const { store, write } = emulator();
    write({ textPayload: "a", severity: "DEFAULT" }, { textPayload: "b", severity: "INFO" });
    const [a, b] = store.visible().map((stored) => stored.entry);
    expect(a).toEqual({
      ...lineEntry({ textPayload: "a" }),
      timestamp: "2026-11-22T10:00:00.000Z",
      receiveTimestamp: "2026-11-22T10:00:00.000Z",
      insertId: expect.stringMatching(/^[0-9a-z]{10}$/),
    });
    expect(b?.severity).toBe("INFO");
  });

  it("keeps the order of writing among equal timestamps", () => {
    const { list, write } = emulator();
    const lines = Array.from({ length: 1000 }, (_, index) => ({ textPayload: `${index}` }));
    write(...lines);
    expect(texts(list({ pageSize: 1000 }))).toEqual(lines.map((line) => line.textPayload));
  });

  it("shows an entry only when its delay is over", () => {
    const { clock, list, write } = emulator({ delayMs: 1000, shuffleMs: 1000, random: [0.5] });
    write({ textPayload: "late" });
    clock.advance(1499);
    expect(texts(list())).toEqual([]);
    clock.advance(1);
    expect(texts(list())).toEqual(["late"]);
  });
});

describe("entries.list", () => {
  it("orders by time, not by text, and by insert id among equals", () => {
    const { list, write } = emulator();
    write(
      { textPayload: "d", timestamp: "2026-11-22T10:00:00.1Z" },
      { textPayload: "b", timestamp: "2026-11-22T10:00:00Z", insertId: "2" },
      { textPayload: "c", timestamp: "2026-11-22T10:00:00.000000001Z" },
      { textPayload: "a", timestamp: "2026-11-22T11:00:00+01:00", insertId: "1" },
    );
    expect(texts(list())).toEqual(["a", "b", "c", "d"]);
    expect(texts(list({ orderBy: "timestamp desc" }))).toEqual(["d", "c", "a", "b"]);
  });

  it.each([undefined, "timestamp desc"])("gives each entry once over pages (%s)", (orderBy) => {
    const { list, write } = emulator();
    write(
      ...Array.from({ length: 57 }, (_, n) => ({ textPayload: `${n}`, timestamp: at(n >> 2) })),
    );
    const request = { pageSize: 10, ...(orderBy && { orderBy }) };
    const seen: string[] = [];
    let page = list(request);
    for (seen.push(...texts(page)); page.nextPageToken; seen.push(...texts(page))) {
      page = list({ ...request, pageToken: page.nextPageToken });
    }
    const all = texts(list({ pageSize: 1000, ...(orderBy && { orderBy }) }));
    expect([seen, new Set(seen).size]).toEqual([all, 57]);
  });

  it("has 50 entries on a page unless told", () => {
    const { list, write } = emulator();
    write(...Array.from({ length: 51 }, () => ({ textPayload: "x" })));
    expect(list().entries).toHaveLength(50);
  });

  it("gives one of two entries with the same timestamp and insert id", () => {
    const { list, write } = emulator();
    write({ textPayload: "x", insertId: "i" }, { textPayload: "x", insertId: "i" });
    expect(texts(list())).toEqual(["x"]);
  });

  it("sees only the projects asked for, by id or number, with the right checked on the number", () => {
    const { list, write, asked } = emulator();
    write(
      { textPayload: "ours" },
      { textPayload: "theirs", logName: "projects/demo-other/logs/l" },
    );
    expect(texts(list())).toEqual(["ours"]);
    expect(texts(list({ resourceNames: ["projects/210987654321"] }))).toEqual(["theirs"]);
    expect(texts(list({ resourceNames: [...RESOURCE_NAMES, "projects/demo-other"] }))).toEqual([
      "ours",
      "theirs",
    ]);
    const right = "logging.logEntries.list on projects";
    expect(asked).toEqual([
      `${right}/123456789012`,
      `${right}/210987654321`,
      `${right}/123456789012`,
      `${right}/210987654321`,
    ]);
  });

  it.each([
    [{ resourceNames: [] }, "resource_names is required"],
    [{ resourceNames: Array(101).fill("projects/demo-project") }, "At most 100 resource names"],
    [{ resourceNames: ["demo-project"] }, "Invalid resource name: 'demo-project'"],
    [{ pageSize: -1 }, "page_size must be between 0 and 1000, got -1"],
    [{ pageSize: 1001 }, "page_size must be between 0 and 1000, got 1001"],
    [{ orderBy: "insertId" }, "order_by must be"],
    [{ filter: "thud=1" }, "Field not found: 'thud'."],
    [{ pageToken: "nonsense" }, "page_token is not valid"],
  ])("refuses %j", (request, message) => {
    const { list } = emulator();
    expect(() => list(request)).toThrow(
      expect.objectContaining({
        status: "INVALID_ARGUMENT",
        message: expect.stringContaining(message),
      }),
    );
  });

  it("refuses a page token of another request", () => {
    const { list, write } = emulator();
    write({ textPayload: "a" }, { textPayload: "b" });
    const { nextPageToken } = list({ pageSize: 1 });
    expect(() => list({ pageToken: nextPageToken, filter: "a" })).toThrow(
      "page_token doesn't match",
    );
  });

  it("counts reads per project and minute", () => {
    const { clock, list } = emulator({ readsPerMinute: 2 });
    list();
    list();
    expect(() => list()).toThrow(
      expect.objectContaining({
        status: "RESOURCE_EXHAUSTED",
        message:
          "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'logging.googleapis.com' for consumer 'project_number:123456789012'.",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "RATE_LIMIT_EXCEEDED",
            domain: "googleapis.com",
            metadata: {
              service: "logging.googleapis.com",
              consumer: "projects/123456789012",
              quota_location: "global",
              quota_metric: "logging.googleapis.com/read_requests",
              quota_limit: "ReadRequestsPerMinutePerProject",
              quota_limit_value: "2",
            },
          },
        ],
      }),
    );
    expect(texts(list({ resourceNames: ["projects/demo-other"] }))).toEqual([]);
    clock.advance(60_000);
    expect(texts(list())).toEqual([]);
  });
});

describe("a search that runs out of time", () => {
  it.each(["timestamp asc", "timestamp desc"])(
    "every third time, gives an empty page first and loses nothing (%s)",
    (orderBy) => {
      const { list, write } = emulator({ hasEmptyPages: true });
      write(...[0, 1, 2].map((second) => ({ textPayload: `${second}`, timestamp: at(second) })));
      const pages = (): string[][] => {
        const found: string[][] = [];
        let pageToken = "";
        do {
          const reply = list({ orderBy, pageSize: 2, pageToken });
          found.push(texts(reply));
          pageToken = reply.nextPageToken ?? "";
        } while (pageToken !== "");
        return found;
      };
      const whole = orderBy.endsWith("asc") ? [["0", "1"], ["2"]] : [["2", "1"], ["0"]];
      expect([pages(), pages(), pages(), pages()]).toEqual([whole, whole, [[], ...whole], whole]);
      expect(texts(list({ orderBy, pageSize: 3 }))).toHaveLength(3);
    },
  );
});

describe("entries.tail", () => {
  it("holds entries for the window and puts them in order", () => {
    const { clock, tail, write } = emulator({
      delayMs: 100,
      shuffleMs: 1000,
      random: [0.9, 0.1, 0],
    });
    const stream = tail();
    write({ textPayload: "first", timestamp: at(0) });
    write({ textPayload: "second", timestamp: at(1) });
    clock.advance(2199);
    expect(stream.replies).toEqual([]);
    clock.advance(1);
    expect(stream.replies).toEqual([["first", "second"]]);
    write({ textPayload: "third", timestamp: at(2) });
    clock.advance(2100);
    expect(stream.replies).toEqual([["first", "second"], ["third"]]);
  });

  it("sends entries as they become visible when the window is 0, even out of order", () => {
    const { clock, tail, write } = emulator({ shuffleMs: 1000, random: [0.9, 0.1] });
    const stream = tail({ bufferWindow: "0s" });
    write({ textPayload: "first", timestamp: at(0) }, { textPayload: "second", timestamp: at(1) });
    clock.advance(1000);
    expect(stream.replies).toEqual([["second"], ["first"]]);
  });

  it("starts with what is not visible yet, and leaves out what was before and what does not match", () => {
    const { clock, tail, write } = emulator({ delayMs: 1000 });
    write({ textPayload: "past" });
    clock.advance(1000);
    write({ textPayload: "pending" });
    const stream = tail({ filter: "NOT noise", bufferWindow: "0.5s" });
    write(
      { textPayload: "noise" },
      { textPayload: "other", logName: "projects/demo-other/logs/l" },
    );
    clock.advance(5000);
    expect(stream.replies).toEqual([["pending"]]);
  });

  it("ends cleanly, with no timer left", () => {
    const { clock, tail, write } = emulator();
    const stream = tail();
    write({ textPayload: "never" });
    stream.close();
    clock.advance(10_000);
    expect([stream.replies, stream.ended, clock.timers]).toEqual([[], "OK", []]);
  });

  it("tells a reader that was behind how much it has missed, with what follows or by itself", () => {
    const { clock, tail, write } = emulator();
    const stream = tail({ bufferWindow: "0s" });
    stream.behind = true;
    write({ textPayload: "missed" }, { textPayload: "missed too" });
    clock.advance(10);
    stream.behind = false;
    write({ textPayload: "seen" });
    clock.advance(10);
    expect(stream.replies).toEqual([["seen"]]);
    expect(stream.suppressions).toEqual([{ reason: "NOT_CONSUMED", suppressedCount: 2 }]);
    stream.behind = true;
    write({ textPayload: "missed again" });
    clock.advance(5000);
    stream.behind = false;
    clock.advance(1000);
    expect(stream.replies).toEqual([["seen"], []]);
    expect(stream.suppressions.at(-1)).toEqual({ reason: "NOT_CONSUMED", suppressedCount: 1 });
    stream.close();
    expect(clock.timers).toEqual([]);
  });

  it("suppresses what a project's sessions may not return any more in this minute", () => {
    const { clock, tail, write } = emulator({ tailedPerMinute: 2 });
    const stream = tail({ bufferWindow: "0s" });
    write(...["a", "b", "c", "d"].map((textPayload) => ({ textPayload })));
    clock.advance(1000);
    expect(stream.replies.flat()).toEqual(["a", "b"]);
    clock.advance(60_000);
    write({ textPayload: "e" });
    clock.advance(10);
    expect(stream.replies.flat()).toEqual(["a", "b", "e"]);
    expect(stream.suppressions).toEqual([{ reason: "RATE_LIMIT", suppressedCount: 2 }]);
  });

  it("allows so many sessions a project, and frees the seat of one that ended", () => {
    const { tail } = emulator({ maxTailSessions: 2 });
    const first = tail();
    tail();
    expect(tail().ended).toMatchObject({ status: "RESOURCE_EXHAUSTED" });
    first.close();
    expect(tail().ended).toBeUndefined();
  });

  it.each([
    [{ bufferWindow: "60.001s" }, "buffer_window must be between 0 and 60000 milliseconds"],
    [{ bufferWindow: "-1s" }, "buffer_window must be between 0 and 60000 milliseconds"],
    [{ filter: "(" }, "Unparseable filter"],
    [{ resourceNames: [] }, "resource_names is required"],
  ])("refuses %j", (request, message) => {
    expect(emulator().tail(request).ended).toMatchObject({
      status: "INVALID_ARGUMENT",
      message: expect.stringContaining(message),
    });
  });
});

describe("entries.write", () => {
  const entries = [{ textPayload: "a" }, { textPayload: "b", labels: { x: "own" } }];
  const request = {
    logName: "projects/demo-project/logs/my-log",
    resource: { type: "global" },
    labels: { x: "default", y: "y" },
    entries,
  };

  it("copies defaults into the entries", () => {
    const { writeCall, list, asked } = emulator();
    expect(writeCall(request)).toEqual({});
    expect(
      list().entries.map(({ labels, logName, resource }: Json) => [labels, logName, resource]),
    ).toEqual([
      [{ x: "default", y: "y" }, request.logName, { type: "global" }],
      [{ x: "own", y: "y" }, request.logName, { type: "global" }],
    ]);
    expect(asked[0]).toBe("logging.logEntries.create on projects/123456789012");
  });

  it("keeps nothing of a dry run or of the day after tomorrow", () => {
    const { writeCall, list } = emulator();
    writeCall({ ...request, dryRun: true });
    writeCall({ ...request, entries: [{ textPayload: "c", timestamp: at(25 * 3600) }] });
    expect(list().entries).toEqual([]);
  });

  it.each([
    [{ ...request, logName: "" }, "Log name must be specified"],
    [{ ...request, logName: "projects/demo-project/logs/a/b" }, "must be URL-encoded"],
    [{ ...request, resource: undefined }, "A monitored resource must be specified"],
    [{ ...request, entries: [{ timestamp: "noon" }] }, "Invalid timestamp"],
    [
      { ...request, entries: [{ textPayload: "x".repeat(262_144) }] },
      "exceeds maximum size of 256.0K",
    ],
  ])("refuses what is not an entry (%#)", (bad, message) => {
    expect(() => emulator().writeCall(bad)).toThrow(message);
  });
});
