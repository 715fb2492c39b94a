import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../src/gcp/types.ts";
import { isContainerEnd, logLine, rfc3339 } from "../../src/mapping/log-line.ts";
import type { LogLine } from "../../src/mapping/log-order.ts";

const LOGS = "projects/demo-project/logs/run.googleapis.com%2F";
const TIME = 1_795_341_600_123_456_789n;

const entry = (payload: LogEntry): LogEntry => ({
  logName: `${LOGS}stdout`,
  insertId: "1hx9k2",
  timestamp: { seconds: 1_795_341_600, nanos: 123_456_789 },
  ...payload,
});

const line = (text: string, change: Partial<LogLine> = {}): LogLine => ({
  insertId: "1hx9k2",
  time: TIME,
  stream: "stdout",
  text,
  ...change,
});

type Struct = NonNullable<LogEntry["jsonPayload"]>;
type Value = NonNullable<Struct["fields"]>[string];

/** google.protobuf.Struct as the client decodes it. */
const struct = (object: object): Struct => ({
  fields: Object.fromEntries(Object.entries(object).map(([key, item]) => [key, value(item)])),
});

function value(item: unknown): Value {
  if (item === null) return { nullValue: "NULL_VALUE" };
  if (typeof item === "boolean") return { boolValue: item };
  if (typeof item === "number") return { numberValue: item };
  if (typeof item === "string") return { stringValue: item };
  if (Array.isArray(item)) return { listValue: { values: item.map(value) } };
  return { structValue: struct({ ...Object(item) }) };
}

describe("logLine", () => {
  test.each<[sentence: string, given: LogEntry, expected: LogLine | undefined]>([
    ["a plain line", entry({ textPayload: "Hello" }), line("Hello")],
    ["an empty line is a line", entry({ textPayload: "" }), line("")],
    ["blanks stay", entry({ textPayload: "  a\tb  " }), line("  a\tb  ")],
    [
      "standard error",
      entry({ logName: `${LOGS}stderr`, textPayload: "Oh" }),
      line("Oh", { stream: "stderr" }),
    ],
    [
      "the system's note",
      entry({ logName: `${LOGS}varlog%2Fsystem`, textPayload: "Container called exit(0)." }),
      line("Container called exit(0).", { stream: "system" }),
    ],
    [
      "a JSON line comes back compact",
      entry({ jsonPayload: struct({ message: "Hi", n: 1.5 }) }),
      line('{"message":"Hi","n":1.5}'),
    ],
    [
      "values that are false, empty or null stay",
      entry({ jsonPayload: struct({ no: false, zero: 0, empty: "", nothing: null }) }),
      line('{"no":false,"zero":0,"empty":"","nothing":null}'),
    ],
    [
      "nested values stay",
      entry({
        jsonPayload: struct({ a: { b: { c: [1, [], {}, [null, false, { d: "" }]] } }, e: {} }),
      }),
      line('{"a":{"b":{"c":[1,[],{},[null,false,{"d":""}]]}},"e":{}}'),
    ],
    ["an empty JSON object is a line", entry({ jsonPayload: { fields: {} } }), line("{}")],
    [
      "keys may be anything",
      entry({ jsonPayload: struct(JSON.parse('{"__proto__":1,"":2,"a.b":3}')) }),
      line('{"__proto__":1,"":2,"a.b":3}'),
    ],
    [
      "lists without values are empty",
      entry({ jsonPayload: { fields: { a: { listValue: {} }, b: { structValue: {} } } } }),
      line('{"a":[],"b":{}}'),
    ],
    [
      "seconds as decimal text",
      entry({ textPayload: "a", timestamp: { seconds: "1795341600", nanos: 123_456_789 } }),
      line("a"),
    ],
    [
      "a time without nanoseconds",
      entry({ textPayload: "a", timestamp: { seconds: "1795341600" } }),
      line("a", { time: 1_795_341_600_000_000_000n }),
    ],
    ["an entry without text is none", entry({}), undefined],
    [
      "an audit entry is none",
      entry({
        logName: "projects/demo-project/logs/cloudaudit.googleapis.com%2Fsystem_event",
        textPayload: "a",
      }),
      undefined,
    ],
    ["an entry without a log is none", { textPayload: "a", insertId: "1" }, undefined],
  ])("%s", (_sentence, given, expected) => expect(logLine(given)).toEqual(expected));

  test("keeps every JSON object as it was", () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = logLine(entry({ jsonPayload: struct(object) }))?.text ?? "nothing";
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    ));

  test("keeps every nanosecond", () =>
    fc.assert(
      fc.property(fc.nat(4_102_444_800), fc.nat(999_999_999), (seconds, nanos) => {
        const given = entry({ textPayload: "a", timestamp: { seconds: String(seconds), nanos } });
        expect(logLine(given)?.time).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
      }),
    ));
});

describe("isContainerEnd", () => {
  test.each<[given: LogLine, expected: boolean]>([
    [line("Container called exit(0).", { stream: "system" }), true],
    [line("Container called exit(3).", { stream: "system" }), true],
    [line("Container terminated on signal 9.", { stream: "system" }), true],
    [line("Container called exit(0).", { stream: "stdout" }), false],
    [line("Container called exit(0).", { stream: "stderr" }), false],
    [line("Starting new instance.", { stream: "system" }), false],
    [line("The Container called exit(0).", { stream: "system" }), false],
  ])("%o: %s", (given, expected) => expect(isContainerEnd(given)).toBe(expected));
});

describe("rfc3339", () => {
  test.each([
    [0n, "1970-01-01T00:00:00.000Z"],
    [TIME, "2026-11-22T10:00:00.123Z"],
    [1_795_341_600_999_999_999n, "2026-11-22T10:00:00.999Z"],
  ])("%s is %s", (time, expected) => expect(rfc3339(time)).toBe(expected));

  test("is never after the moment itself, and less than a millisecond before it", () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 4_102_444_800_000_000_000n }), (time) => {
        const written = BigInt(Date.parse(rfc3339(time))) * 1_000_000n;
        expect(written <= time && time - written < 1_000_000n).toBe(true);
      }),
    ));
});
