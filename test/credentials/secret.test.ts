import { format, inspect } from "node:util";
import { serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/credentials/secret.ts";
import { DataError } from "../../src/errors.ts";

const VALUE = "fake-value-0123456789";
const SECRET = new Secret(VALUE);
/** For what the compiler refuses and JavaScript does. */
const ANY: unknown = SECRET;

describe("a secret", () => {
  test.each<[sentence: string, print: () => string, expected: string]>([
    ["String", () => String(SECRET), "[secret]"],
    ["toString", () => SECRET.toString(), "[secret]"],
    ["a template", () => `${SECRET}`, "[secret]"],
    ["concatenation", () => `Bearer ${[SECRET].join("")}`, "Bearer [secret]"],
    ["addition", () => `${(ANY as string) + (ANY as string)}`, "[secret][secret]"],
    ["an array's text", () => String([SECRET, [SECRET]]), "[secret],[secret]"],
    ["a property's name", () => Object.keys({ [ANY as string]: 1 }).join(), "[secret]"],
    ["a number", () => String(Number(ANY)), "NaN"],
    ["JSON", () => JSON.stringify(SECRET), '"[secret]"'],
    [
      "JSON of what holds it",
      () => JSON.stringify({ a: [SECRET], [`${SECRET}`]: 1 }),
      '{"a":["[secret]"],"[secret]":1}',
    ],
    ["inspect", () => inspect(SECRET), "[secret]"],
    [
      "inspect with everything hidden shown",
      () => inspect({ a: SECRET }, { showHidden: true, depth: null, getters: true }),
      "{ a: [secret] }",
    ],
    [
      "inspect that leaves out our own word",
      () => inspect(SECRET, { customInspect: false }),
      "Secret {}",
    ],
    [
      "inspect that leaves out our own word and shows what is hidden",
      () => inspect(SECRET, { showHidden: true, customInspect: false, depth: null }),
      "Secret { [byteLength]: [Getter], [isEmpty]: [Getter] }",
    ],
    ["console.log", () => format(SECRET), "[secret]"],
    [
      "console.log of what holds it",
      () => format({ map: new Map([["a", SECRET]]) }),
      "{ map: Map(1) { 'a' => [secret] } }",
    ],
    ["%s", () => format("%s", SECRET), "[secret]"],
    ["%o", () => format("%o", SECRET), "[secret]"],
    ["%O", () => format("%O", SECRET), "[secret]"],
    ["%j", () => format("%j", SECRET), '"[secret]"'],
    ["%d", () => format("%d", SECRET), "NaN"],
    ["%i", () => format("%i", SECRET), "NaN"],
    ["%f", () => format("%f", SECRET), "NaN"],
    ["an error's message", () => new Error(`Bad: ${SECRET}`).message, "Bad: [secret]"],
    ["its own keys", () => JSON.stringify(Reflect.ownKeys(SECRET)), "[]"],
    ["its entries", () => JSON.stringify(Object.entries(SECRET)), "[]"],
    ["a copy of its properties", () => JSON.stringify({ ...SECRET }), "{}"],
    ["an assigned copy", () => JSON.stringify(Object.assign({}, SECRET)), "{}"],
    ["a structured clone", () => inspect(structuredClone(SECRET), { showHidden: true }), "{}"],
    ["descriptors", () => inspect(Object.getOwnPropertyDescriptors(SECRET)), "{}"],
  ])("does not show in %s", (_sentence, print, expected) => expect(print()).toBe(expected));

  test("does not show in an error that has it as its cause, or in the error's stack", () => {
    const error = new DataError(
      { what: `Malformed: ${SECRET}`, why: `${SECRET}`, remedy: `Mend ${SECRET}` },
      { cause: SECRET },
    );
    const texts = [inspect(error, { showHidden: true, depth: null }), error.stack, format(error)];
    expect(texts.filter((text) => text?.includes(VALUE))).toEqual([]);
    expect(error.message).toBe("Malformed: [secret]");
  });

  test("does not show in V8's own serialisation", () =>
    expect(serialize({ a: SECRET }).includes(VALUE)).toBe(false));

  test("shows in no form, whatever the value is", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 12, unit: "grapheme" }), (value) => {
        fc.pre(!"[secret]Secret{}".includes(value));
        const secret = new Secret(value);
        const shown = [
          String(secret),
          JSON.stringify({ secret }),
          inspect({ secret }, { showHidden: true, customInspect: false, depth: null }),
          format("%s %o %O %j", secret, secret, secret, secret),
        ].join("");
        expect(shown.includes(value)).toBe(false);
      }),
    ));

  test("is what reveal says, and nothing else", () => expect(SECRET.reveal()).toBe(VALUE));
});

describe("comparing by accident", () => {
  test.each([
    // biome-ignore lint/suspicious/noDoubleEquals: what must not be true by accident
    ["== with its value", () => ANY == VALUE],
    ["=== with its value", () => ANY === VALUE],
    // biome-ignore lint/suspicious/noDoubleEquals: what must not be true by accident
    ["== with another secret of the same value", () => ANY == (new Secret(VALUE) as unknown)],
    ["includes", () => ([SECRET] as unknown[]).includes(VALUE)],
    ["a set", () => new Set<unknown>([SECRET]).has(VALUE)],
    ["as a key", () => VALUE in { [ANY as string]: 1 }],
  ])("%s is false", (_sentence, compare) => expect(compare()).toBe(false));

  test("sorting tells nothing", () =>
    expect([new Secret("b"), new Secret("a")].sort().map((secret) => secret.reveal())).toEqual([
      "b",
      "a",
    ]));
});

describe("what may be known of it", () => {
  test.each([
    ["nothing", "", { isEmpty: true, byteLength: 0 }],
    ["one letter", "a", { isEmpty: false, byteLength: 1 }],
    ["a blank is something", " ", { isEmpty: false, byteLength: 1 }],
    ["bytes count, not characters", "é鍵🔑", { isEmpty: false, byteLength: 9 }],
  ])("%s", (_sentence, value, expected) => {
    const { isEmpty, byteLength } = new Secret(value);
    expect({ isEmpty, byteLength }).toEqual(expected);
  });

  test("hasBytes is equality of the UTF-8 bytes", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 8 }),
        fc.string({ unit: "binary", maxLength: 8 }),
        (one, two) => {
          const secret = new Secret(one);
          expect(secret.hasBytes(Buffer.from(one))).toBe(true);
          expect(secret.hasBytes(Buffer.from(two))).toBe(one === two);
        },
      ),
    ));

  test.each([
    ["shorter", "fake-value-012345678"],
    ["longer", "fake-value-01234567890"],
    ["different at the end", "fake-value-0123456780"],
    ["empty", ""],
  ])("bytes that are %s are others", (_sentence, bytes) =>
    expect(SECRET.hasBytes(Buffer.from(bytes))).toBe(false),
  );

  test("the fingerprint is HMAC-SHA256 under the salt, in hex", () =>
    // RFC 4231, test case 2
    expect(new Secret("what do ya want for nothing?").fingerprint("Jefe")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ));

  test("the fingerprint changes with the value and with the salt, and with nothing else", () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uuid(), fc.uuid(), (one, two, salt, other) => {
        fc.pre(one !== two && salt !== other);
        const print = new Secret(one).fingerprint(salt);
        expect(new Secret(one).fingerprint(salt)).toBe(print);
        expect(new Secret(two).fingerprint(salt)).not.toBe(print);
        expect(new Secret(one).fingerprint(other)).not.toBe(print);
      }),
    ));
});
