import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Credential, FieldKind } from "../../src/credentials/credential.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { createMask } from "../../src/credentials/secret-mask.ts";

const credential = (kind: FieldKind, ...values: readonly string[]): Credential => ({
  ref: { type: "custom", instance: "default" },
  fields: values.map((value, index) => ({
    name: `field-${index}`,
    kind,
    content: new Secret(value),
    env: [],
  })),
});

const VALUE = "fake/token+0123456789=";
const QUOTED = 'fake"quoted\\value';
const KEY =
  "-----BEGIN FAKE KEY-----\nZmFrZS1saW5lLW9uZQ\nZmFrZS1saW5lLXR3bw\n-----END FAKE KEY-----\n";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const MASK = createMask([
  credential("secret", VALUE, QUOTED, "abcd", "abc"),
  credential("key", KEY),
  credential("plain", "public-value"),
]);

describe("hide", () => {
  test.each([
    ["nothing to hide stays", "Hello, world", "Hello, world"],
    ["an empty text stays", "", ""],
    ["a value", VALUE, "***"],
    ["a value in the middle", `Bearer ${VALUE}!`, "Bearer ***!"],
    ["every one of them", `${VALUE} ${VALUE}${VALUE}`, "*** ******"],
    ["in JSON", JSON.stringify({ q: QUOTED }), '{"q":"***"}'],
    ["in base64", `Basic ${base64(VALUE)}`, "Basic ***"],
    ["in base64 as echo makes it", base64(`${VALUE}\n`), "***"],
    ["in base64 behind a user's name", `Basic ${base64(`me:${VALUE}`)}`, "Basic bWU6***"],
    ["in base64 behind a longer name", base64(`user:${VALUE}`), "dXNlcjp***"],
    ["in a URL", `https://x/?t=${encodeURIComponent(VALUE)}&u=1`, "https://x/?t=***&u=1"],
    ["one line of a key", "got ZmFrZS1saW5lLXR3bw.", "got ***."],
    ["a whole key", `<${KEY}>`, "<***\n>"],
    ["a key in JSON", JSON.stringify({ key: KEY }), '{"key":"***\\n"}'],
    ["a key in base64", base64(KEY), "***"],
    ["the frame of a key says nothing", "-----BEGIN FAKE KEY-----", "-----BEGIN FAKE KEY-----"],
    ["a value of four characters", "abcd", "***"],
    ["a shorter one in base64", base64("abc"), base64("abc")],
    ["a shorter one would be found everywhere", "abc ABCD", "abc ABCD"],
    ["what may be shown", "public-value", "public-value"],
    ["other capitals are another text", VALUE.toUpperCase(), VALUE.toUpperCase()],
  ])("%s", (_sentence, given, expected) => expect(MASK.hide(given)).toBe(expected));

  test("of values of which one holds another, the whole longer one goes", () =>
    expect(
      createMask([credential("secret", "fake-long", "fake-long-value")]).hide(
        "fake-long-value fake-long",
      ),
    ).toBe("*** ***"));

  test("a value is not read as a pattern", () => {
    const { hide } = createMask([credential("secret", "a.*b|c[d](e){1}^$?\\d+/-")]);
    expect(hide("aXXb c a.*b|c[d](e){1}^$?\\d+/- 1")).toBe("aXXb c *** 1");
  });

  test("nothing stored hides nothing", () => {
    const { hide, isIn } = createMask([]);
    expect([hide("text"), hide(""), isIn("text"), isIn("")]).toEqual(["text", "", false, false]);
  });

  test("only plain fields hide nothing", () =>
    expect(createMask([credential("plain", "public-value")]).hide("a public-value")).toBe(
      "a public-value",
    ));
});

describe("isIn", () => {
  test.each([
    ["a value", `x${VALUE}x`, true],
    ["in JSON", JSON.stringify([QUOTED]), true],
    ["in base64", base64(VALUE), true],
    ["in a URL", encodeURIComponent(VALUE), true],
    ["one line of a key", "ZmFrZS1saW5lLW9uZQ", true],
    ["a value of four characters would be found by chance", "abcd", false],
    ["the frame of a key", "-----BEGIN FAKE KEY-----", false],
    ["what may be shown", "public-value", false],
    ["a part of a value", VALUE.slice(1), false],
    ["nothing", "", false],
  ])("%s", (_sentence, text, expected) => expect(MASK.isIn(text)).toBe(expected));
});

const value = fc
  .string({ minLength: 8, maxLength: 60, unit: "binary" })
  .map((text) => text.trim())
  .filter((text) => text.length >= 8 && !text.includes("***"));
const around = fc.string({ maxLength: 10, unit: fc.constantFrom("<", ">", " ") });

/** Ways in which a value is met in output. */
const FORMS: readonly (readonly [form: string, write: (text: string) => string])[] = [
  ["itself", (text) => text],
  ["JSON", (text) => JSON.stringify(text)],
  ["base64", base64],
  ["base64 of a line", (text) => base64(`${text}\n`)],
  ["a part of a URL", encodeURIComponent],
];

describe("any value", () => {
  test.each(FORMS)("is found and hidden as %s", (_form, write) =>
    fc.assert(
      fc.property(value, around, around, (text, before, after) => {
        fc.pre(!text.split(/\r?\n/).some((line) => line.startsWith("-----")));
        const { hide, isIn } = createMask([credential("secret", text)]);
        const written = write(text);
        const shown = before + written + after;
        expect(isIn(shown)).toBe(true);
        expect(hide(shown).includes(written)).toBe(false);
      }),
    ),
  );

  test("is gone after hiding, however often it was there", () =>
    fc.assert(
      fc.property(value, fc.array(around, { minLength: 1, maxLength: 5 }), (text, parts) => {
        const { hide, isIn } = createMask([credential("secret", text)]);
        expect(isIn(hide(parts.join(text)))).toBe(false);
      }),
    ));

  test("hides nothing of what does not hold it", () =>
    fc.assert(
      fc.property(value, fc.string({ maxLength: 40 }), (text, other) => {
        const { hide, isIn } = createMask([credential("secret", text)]);
        fc.pre(!isIn(other));
        expect(hide(other)).toBe(other);
      }),
    ));
});
