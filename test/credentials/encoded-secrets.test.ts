import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Credential, FieldKind } from "../../src/credentials/credential.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { createMask } from "../../src/credentials/secret-mask.ts";

/** One credential of a type that declares the field `token` secret. */
const stored = (value: string, kind: FieldKind = "secret"): Credential => ({
  ref: { type: "github_token", instance: "default" },
  fields: [{ name: "token", kind, content: new Secret(value), env: [] }],
});

const isIn = (value: string, text: string): boolean =>
  createMask([stored(value)]).isIn(text, "declared");

type Write = (text: string) => string;

const json: Write = (text) => JSON.stringify(text).slice(1, -1);
const base64: Write = (text) => Buffer.from(text).toString("base64");
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");
const unicode: Write = (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`;
const units = (text: string): string[] => text.split("");
/** As Python's urllib.parse does: everything but letters, digits, `_.-~` and what is safe. */
const quote = (text: string, safe: string): string =>
  [...Buffer.from(text)]
    .map((byte) => ({ byte, letter: String.fromCharCode(byte) }))
    .map(({ byte, letter }) =>
      byte < 128 && (/[\w.~-]/.test(letter) || safe.includes(letter))
        ? letter
        : `%${hex(byte, 2).toUpperCase()}`,
    )
    .join("");
const wrapped =
  (width: number): Write =>
  (text) =>
    (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).join("\n  ");

const WAYS: readonly (readonly [way: string, write: Write])[] = [
  ["itself", (text) => text],
  ["JSON", json],
  ["JSON with escaped slashes", (text) => json(text).replaceAll("/", "\\/")],
  ["JSON in ASCII", (text) => json(text).replace(/[^ -~]/g, unicode)],
  ["JSON that escapes every character", (text) => units(text).map(unicode).join("")],
  ["JSON in JSON", (text) => json(json(text))],
  ["a part of a URL", encodeURIComponent],
  ["a URL", encodeURI],
  [
    "a part of a URL in small letters",
    (text) => quote(text, "").replace(/%../g, (byte) => byte.toLowerCase()),
  ],
  ["Python's quote", (text) => quote(text, "/")],
  ["Python's quote_plus", (text) => quote(text, " ").replaceAll(" ", "+")],
  ["nothing but percents", (text) => Buffer.from(text).toString("hex").replace(/../g, "%$&")],
  ["JSON in a URL", (text) => encodeURIComponent(JSON.stringify({ text }))],
  ["base64", base64],
  ["base64 without padding", (text) => base64(text).replace(/=+$/, "")],
  ["base64 for URLs", (text) => Buffer.from(text).toString("base64url")],
  ["base64 of a line", (text) => base64(`${text}\n`)],
  ["base64 of a user and a password", (text) => base64(`user:${text}`)],
  ["base64 of a longer name", (text) => base64(`x-user:${text}`)],
  ["base64 of an even longer name", (text) => base64(`xy-user:${text}:and more`)],
  ["base64 of JSON", (text) => base64(JSON.stringify({ text }))],
  ["base64 over lines", (text) => wrapped(76)(base64(text.repeat(3)))],
  ["base64 over short lines", (text) => wrapped(5)(base64(text))],
  ["base64 in JSON", (text) => base64(text).replaceAll("/", "\\/")],
  ["base64 in a URL", (text) => encodeURIComponent(base64(text))],
  ["base64 of base64", (text) => base64(base64(text))],
];

const trimmed = (text: string): string => text.trim();
const value = fc
  .string({ minLength: 8, maxLength: 60, unit: "binary" })
  .map(trimmed)
  .filter(({ length }) => length >= 8);
const typed = fc
  .string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(..."ab9/+ é=\"\\%'&?🔑\n") })
  .map(trimmed)
  .filter(({ length }) => length >= 8);
const around = fc.string({ maxLength: 20, unit: fc.constantFrom(..."abcXYZ019 =:<>{}\n") });

describe("a value of eight characters or more is found, whatever stands around it, as", () => {
  test.each(WAYS)("%s", (_way, write) =>
    fc.assert(
      fc.property(fc.oneof(value, typed), around, around, (text, before, after) => {
        expect(isIn(text, before + write(text) + after)).toBe(true);
      }),
    ),
  );
});

describe("so is each line of a value of several lines that has eight characters or more, as", () => {
  const line = fc.string({ minLength: 8, maxLength: 20, unit: fc.constantFrom(...'ab9/+é%"') });
  const ends = fc.constantFrom("\n", "\r\n", "\r");

  test.each(WAYS)("%s", (_way, write) =>
    fc.assert(
      fc.property(line, line, ends, around, (one, two, end, before) => {
        const text = `first${end}  ${one}\t${end}${two}`;
        expect([one, two].map((part) => isIn(text, before + write(part)))).toEqual([true, true]);
      }),
    ),
  );
});

describe("what is no value passes", () => {
  test("a text that does not hold it", () =>
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(..."nopqrstuvwxyz789") }),
        fc.string({ maxLength: 400, unit: fc.constantFrom(...'abcdefghijklm01 \n%+/\\"u-_') }),
        (secret, text) => {
          expect(isIn(secret, text)).toBe(false);
        },
      ),
    ));

  test.each<[sentence: string, value: string, write: Write]>([
    ["a short value", "abcde12", (text) => text],
    ["a short value in base64", "abcde", base64],
    ["a short value in a URL", "a/é/é", encodeURIComponent],
    ["a short value in JSON", 'a"b"c"', json],
    ["a short line of a long value", "short\nlong-enough-0000", () => "short"],
    ["the frame of a key", "-----BEGIN KEY-----\nabc", () => "-----BEGIN KEY-----"],
    ["a part of a value", "fake-value-0000", (text) => text.slice(1)],
    ["other capitals", "fake-value-0000", (text) => text.toUpperCase()],
  ])("%s", (_sentence, secret, write) => expect(isIn(secret, write(secret))).toBe(false));
});

describe("what is declared", () => {
  const of = (type: string, name: string, kind: FieldKind, content: string): Credential => ({
    ref: { type, instance: "default" },
    fields: [{ name, kind, content: new Secret(content), env: [] }],
  });
  const { isIn: found, hide } = createMask([
    of("github_token", "token", "secret", "fake-declared"),
    of("github_token", "note", "secret", "fake-stray-file"),
    of("custom_thing", "token", "secret", "fake-of-unknown-type"),
    of("git_ssh", "username", "plain", "fake-plain-value"),
  ]);

  test.each<[text: string, declared: boolean, any: boolean, shown: string]>([
    ["fake-declared", true, true, "***"],
    ["fake-stray-file", false, true, "***"],
    ["fake-of-unknown-type", false, true, "***"],
    ["fake-plain-value", false, false, "fake-plain-value"],
  ])("%s: %s, may be secret: %s, shown as %s", (text, declared, any, shown) =>
    expect([found(text, "declared"), found(text, "any"), hide(text)]).toEqual([
      declared,
      any,
      shown,
    ]),
  );
});

describe("the key that signs in", () => {
  const pem =
    "-----BEGIN PRIVATE KEY-----\nZmFrZS1saW5lLW9uZS8+\nZmFrZS1saW5lLXR3bw\n-----END PRIVATE KEY-----\n";
  const file = JSON.stringify(
    { type: "service_account", project_id: "demo-project", private_key: pem },
    undefined,
    2,
  );
  const key = (content: string): Credential => ({
    ref: { type: "gcp_service_account", instance: "default" },
    fields: [{ name: "key_json", kind: "secret", content: new Secret(content), env: [] }],
  });
  const { isIn: found, hide } = createMask([], key(file));

  test.each<[sentence: string, text: string, expected: boolean]>([
    ["its file", file, true],
    ["its file on one line", JSON.stringify(JSON.parse(file)), true],
    ["its file in JSON", JSON.stringify({ file }), true],
    ["its file in base64", wrapped(76)(base64(file)), true],
    ["its private key", pem, true],
    ["a line of its private key", "ZmFrZS1saW5lLXR3bw", true],
    ["another line of its file", '  "type": "service_account",', false],
    ["its project", "demo-project", false],
  ])("%s", (_sentence, text, expected) => expect(found(text, "declared")).toBe(expected));

  test("is masked", () =>
    expect(hide(file)).toBe(
      '{\n  "type": "service_account",\n  "project_id": "demo-project",\n  "private_key": "***\\n"\n}',
    ));

  test("what is no such file is secret as a whole", () => {
    const broken = '{"type": "service_account", "private_key": 1,';
    expect(createMask([], key(broken)).isIn(`x ${broken} x`, "declared")).toBe(true);
    expect(createMask([], key('{"private_key": " "}')).isIn('{"private_key": " "}')).toBe(true);
  });
});

test("the longest prompt is searched for the longest value in a moment", () => {
  const lines = Array.from({ length: 1000 }, (_, index) => base64(`fake line ${index} `.repeat(3)));
  const mask = createMask([stored(lines.join("\n").slice(0, 65_536))]);
  const prompt = base64(`%41\\n\\u0041+`.repeat(2048)).slice(0, 32_768);
  expect(mask.isIn(prompt)).toBe(false);
});
