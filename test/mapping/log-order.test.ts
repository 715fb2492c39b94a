import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLogOrder, type LogLine, type OrderedLine } from "../../src/mapping/log-order.ts";

const HOLD_BACK_MS = 2_000;

const line = (time: number, insertId: string, text = insertId): LogLine => ({
  insertId,
  time: BigInt(time) * 1_000_000n,
  stream: "stdout",
  text,
});

const order = () => createLogOrder({ holdBackMs: HOLD_BACK_MS });
const onTime = (given: LogLine): OrderedLine => ({ ...given, late: false });
const late = (given: LogLine): OrderedLine => ({ ...given, late: true });

describe("a line", () => {
  test("is held back for a while after it arrived", () => {
    const lines = order();
    lines.add([line(100, "a")], 1_000);
    expect(lines.release(2_999)).toEqual([]);
    expect(lines.release(3_000)).toEqual([onTime(line(100, "a"))]);
    expect(lines.release(9_000)).toEqual([]);
  });

  test("that comes after a later one, in time, takes its place", () => {
    const lines = order();
    lines.add([line(200, "b")], 1_000);
    lines.add([line(100, "a")], 2_500);
    expect(lines.release(3_000)).toEqual([onTime(line(100, "a")), onTime(line(200, "b"))]);
  });

  test("that belongs before one that was given out is marked late, and only it", () => {
    const lines = order();
    lines.add([line(200, "b")], 1_000);
    expect(lines.release(3_000)).toEqual([onTime(line(200, "b"))]);
    lines.add([line(100, "a"), line(150, "a2"), line(300, "c")], 3_100);
    expect(lines.flush()).toEqual([
      late(line(100, "a")),
      late(line(150, "a2")),
      onTime(line(300, "c")),
    ]);
  });

  test("is not late because another one was", () => {
    const lines = order();
    lines.add([line(200, "b")], 0);
    lines.release(2_000);
    lines.add([line(100, "a")], 2_000);
    expect(lines.release(4_000)).toEqual([late(line(100, "a"))]);
    lines.add([line(150, "a2"), line(200, "b2")], 4_000);
    expect(lines.flush()).toEqual([late(line(150, "a2")), onTime(line(200, "b2"))]);
  });

  test("that was seen before is dropped, whether it waits or was given out", () => {
    const lines = order();
    expect(lines.add([line(1, "a"), line(1, "a"), line(2, "b")], 0)).toBe(2);
    expect(lines.add([line(2, "b"), line(3, "c")], 1)).toBe(1);
    expect(lines.flush().map(({ insertId }) => insertId)).toEqual(["a", "b", "c"]);
    expect(lines.add([line(1, "a"), line(2, "b"), line(3, "c")], 2)).toBe(0);
    expect(lines.flush()).toEqual([]);
  });

  // An agent can set insertId itself, in a structured line; duplicates are entries that agree in the time too
  // (google/logging/v2/log_entry.proto, insert_id).
  test("with an insertId that was seen at another time is another line", () => {
    const lines = order();
    expect(lines.add([line(1, "mine", "one"), line(2, "mine", "two")], 0)).toBe(2);
    expect(lines.flush().map(({ text }) => text)).toEqual(["one", "two"]);
  });

  test("with the same time as another is ordered by insertId, as Cloud Logging does", () => {
    const lines = order();
    lines.add([line(1, "b"), line(1, "a"), line(1, "B"), line(1, "10"), line(1, "9")], 0);
    expect(lines.flush().map(({ insertId }) => insertId)).toEqual(["10", "9", "B", "a", "b"]);
  });

  test("keeps all of its nanoseconds in the order", () => {
    const lines = order();
    const at = (time: bigint, insertId: string): LogLine => ({ ...line(0, insertId), time });
    lines.add([at(1_795_341_600_123_456_789n, "a"), at(1_795_341_600_123_456_788n, "b")], 0);
    expect(lines.flush().map(({ insertId }) => insertId)).toEqual(["b", "a"]);
  });
});

/** Lines with when they arrive: a delay after they were written, of at most `maxDelayMs`. */
const arrivals = (maxDelayMs: number) =>
  fc
    .uniqueArray(fc.record({ id: fc.nat(999), time: fc.nat(5_000), delay: fc.nat(maxDelayMs) }), {
      selector: ({ id }) => id,
      maxLength: 40,
    })
    .map((items) =>
      items
        .map(({ id, time, delay }) => ({ line: line(time, `id-${id}`), arrivedMs: time + delay }))
        .sort((a, b) => a.arrivedMs - b.arrivedMs),
    );

const byTime = (a: LogLine, b: LogLine): number =>
  a.time === b.time ? (a.insertId < b.insertId ? -1 : 1) : Number(a.time - b.time);

/** Adds each line when it arrives, with releases every `everyMs`, and flushes at the end. */
function play(items: readonly { line: LogLine; arrivedMs: number }[], everyMs: number) {
  const lines = order();
  const given: OrderedLine[] = [];
  let at = 0;
  for (const item of items) {
    for (; at < item.arrivedMs; at += everyMs) given.push(...lines.release(at));
    lines.add([item.line], item.arrivedMs);
  }
  given.push(...lines.release(at));
  return [...given, ...lines.flush()];
}

const every = fc.integer({ min: 50, max: 3_000 });

describe("whatever comes in whatever order", () => {
  test("every line is given out once", () =>
    fc.assert(
      fc.property(arrivals(20_000), every, (items, everyMs) => {
        const ids = play([...items, ...items], everyMs).map(({ insertId }) => insertId);
        expect(ids.sort()).toEqual(items.map(({ line: { insertId } }) => insertId).sort());
      }),
    ));

  test("lines that arrive within the hold-back are given out in order, and none is late", () =>
    fc.assert(
      fc.property(arrivals(HOLD_BACK_MS), every, (items, everyMs) => {
        const sorted = items.map(({ line: arrived }) => arrived).sort(byTime);
        expect(play(items, everyMs)).toEqual(sorted.map(onTime));
      }),
    ));

  test("the lines that are not marked late are in order", () =>
    fc.assert(
      fc.property(arrivals(20_000), every, (items, everyMs) => {
        const punctual = play(items, everyMs).filter((given) => !given.late);
        expect(punctual).toEqual([...punctual].sort(byTime));
      }),
    ));

  test("a line is marked late exactly when a later one was given out before it", () =>
    fc.assert(
      fc.property(arrivals(20_000), every, (items, everyMs) => {
        const given = play(items, everyMs);
        const expected = given.map((one, index) =>
          given.slice(0, index).some((other) => byTime(one, other) < 0),
        );
        expect(given.map((one) => one.late)).toEqual(expected);
      }),
    ));

  test("a flush is sorted", () =>
    fc.assert(
      fc.property(arrivals(20_000), (items) => {
        const lines = order();
        const all = items.map(({ line: arrived }) => arrived);
        lines.add(all, 0);
        expect(lines.flush()).toEqual([...all].sort(byTime).map(onTime));
      }),
    ));

  test("a line is never kept longer than the hold-back", () =>
    fc.assert(
      fc.property(arrivals(20_000), (items) => {
        const lines = order();
        for (const { line: arrived, arrivedMs } of items) lines.add([arrived], arrivedMs);
        const end = Math.max(0, ...items.map(({ arrivedMs }) => arrivedMs));
        expect(lines.release(end + HOLD_BACK_MS)).toHaveLength(items.length);
        expect(lines.flush()).toEqual([]);
      }),
    ));
});
