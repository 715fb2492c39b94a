import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalHash, canonicalJson } from "../../src/mapping/canonical.ts";

describe("canonicalJson", () => {
  test.each<[sentence: string, given: unknown, expected: string]>([
    ["keys are sorted", { b: 1, a: 2 }, '{"a":2,"b":1}'],
    [
      "keys are sorted at every depth",
      { a: [{ d: 1, c: { f: 1, e: 2 } }] },
      '{"a":[{"c":{"e":2,"f":1},"d":1}]}',
    ],
    ["capital letters come first, in every locale", { b: 1, B: 2, ä: 3 }, '{"B":2,"b":1,"ä":3}'],
    ["absent values are left out", { a: undefined, b: null }, '{"b":null}'],
    ["the order of lists counts", [2, 1], "[2,1]"],
    ["texts and numbers stay apart", ["1", 1], '["1",1]'],
    ["empty things stay", { a: {}, b: [], c: "" }, '{"a":{},"b":[],"c":""}'],
    [
      "a key called __proto__ is a key",
      JSON.parse('{"__proto__":{"b":1}}'),
      '{"__proto__":{"b":1}}',
    ],
  ])("%s", (_sentence, given, expected) => expect(canonicalJson(given)).toBe(expected));

  test("says the same as JSON", () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    ));

  test("does not depend on the order of keys", () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    ));
});

describe("canonicalHash", () => {
  test("is SHA-256 in hex", () =>
    expect(canonicalHash({})).toBe(
      // printf '{}' | sha256sum
      "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    ));

  test("differs where the values differ", () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        fc.pre(canonicalJson(one) !== canonicalJson(two));
        expect(canonicalHash(one)).not.toBe(canonicalHash(two));
      }),
    ));
});

/** The same value with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
