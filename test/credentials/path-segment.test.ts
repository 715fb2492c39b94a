import { join, relative } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pathSegment, segmentProblem } from "../../src/credentials/path-segment.ts";
import { refusal } from "../refusal.ts";

test.each<[sentence: string, given: string, expected: string | undefined]>([
  ["a plain name", "my-org_1.x", undefined],
  ["a name that begins with dots", "..a", undefined],
  ["a name with a colon", "a:b", undefined],
  ["a name with a blank", "a b", undefined],
  ["a name that is a word of JavaScript", "__proto__", undefined],
  ["a tilde, which no shell sees", "~root", undefined],
  ["nothing", "", "it is empty"],
  ["this directory", ".", '"." leads out of its directory'],
  ["the directory above", "..", '".." leads out of its directory'],
  ["a path", "a/b", "it has a slash"],
  ["an absolute path", "/etc", "it has a slash"],
  ["a slash at the end", "a/", "it has a slash"],
  ["a path of Windows", "..\\..", "it has a slash"],
  ["the end of C's texts", "a\0", "it has a control character"],
  ["a line break", "a\n", "it has a control character"],
  ["DEL", "\u007f", "it has a control character"],
  ["255 bytes", "a".repeat(255), undefined],
  ["256 bytes", "a".repeat(256), "it is longer than 255 bytes"],
  ["256 bytes in fewer characters", "鍵".repeat(86), "it is longer than 255 bytes"],
])("%s", (_sentence, given, expected) => expect(segmentProblem(given)).toBe(expected));

test("what can be a segment is returned", () =>
  expect(pathSegment("a field", "id_rsa")).toBe("id_rsa"));

test("what cannot is refused", async () =>
  expect(await refusal(() => pathSegment("a field", "../x"))).toMatchInlineSnapshot(`
    "DataError, exit 65
    what: "../x" cannot be a field
    why: it has a slash
    remedy: Write a field as one plain name, for example "default" or "my-org"."
  `));

test("what is taken names exactly one entry of its directory", () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 20, unit: fc.constantFrom(..."./\\\0a: ~") }),
        fc.string({ maxLength: 300, unit: "binary" }),
      ),
      (given) => {
        fc.pre(segmentProblem(given) === undefined);
        expect(relative("/store/type", join("/store/type", given))).toBe(given);
      },
    ),
  ));
