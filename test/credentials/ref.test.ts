import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CredentialRef, formatRef, parseRef } from "../../src/credentials/ref.ts";
import { refusal } from "../refusal.ts";

describe("parseRef", () => {
  test.each<[sentence: string, given: string, expected: CredentialRef]>([
    [
      "a type alone means its default instance",
      "git_ssh",
      { type: "git_ssh", instance: "default" },
    ],
    ["an instance follows a colon", "git_ssh:botty", { type: "git_ssh", instance: "botty" }],
    ["default may be written", "git_ssh:default", { type: "git_ssh", instance: "default" }],
    ["the first colon divides", "git_ssh:a:b", { type: "git_ssh", instance: "a:b" }],
    [
      "blanks around both halves do not count",
      " git_ssh : botty\t",
      { type: "git_ssh", instance: "botty" },
    ],
    ["blanks inside do", "my type:my org", { type: "my type", instance: "my org" }],
    ["capitals stay", "T:MyOrg", { type: "T", instance: "MyOrg" }],
    ["an unknown type is none of its business", "whatever:x", { type: "whatever", instance: "x" }],
    ["three dots are a name", "...:...", { type: "...", instance: "..." }],
    ["other scripts are names", "ключ:鍵🔑", { type: "ключ", instance: "鍵🔑" }],
    [
      "255 bytes are a name",
      `t:${"é".repeat(127)}a`,
      { type: "t", instance: `${"é".repeat(127)}a` },
    ],
  ])("%s", (_sentence, given, expected) => expect(parseRef(given)).toEqual(expected));

  test.each<[given: string, half: string, role: string, why: string]>([
    ["", "", "a credential type", "it is empty"],
    ["  ", "", "a credential type", "it is empty"],
    [":", "", "a credential type", "it is empty"],
    [":botty", "", "a credential type", "it is empty"],
    ["git_ssh:", "", "a credential instance", "it is empty"],
    ["git_ssh: ", "", "a credential instance", "it is empty"],
    [".", ".", "a credential type", '"." leads out of its directory'],
    ["..", "..", "a credential type", '".." leads out of its directory'],
    ["git_ssh:..", "..", "a credential instance", '".." leads out of its directory'],
    ["git_ssh: .. ", "..", "a credential instance", '".." leads out of its directory'],
    ["../../etc:passwd", "../../etc", "a credential type", "it has a slash"],
    ["/etc:passwd", "/etc", "a credential type", "it has a slash"],
    ["git_ssh:../other", "../other", "a credential instance", "it has a slash"],
    ["git_ssh:a/b", "a/b", "a credential instance", "it has a slash"],
    ["git_ssh:a\\b", "a\\b", "a credential instance", "it has a slash"],
    ["git_ssh:a\0b", "a\0b", "a credential instance", "it has a control character"],
    ["git_ssh:a\nb", "a\nb", "a credential instance", "it has a control character"],
    ["git\u001b[31m", "git\u001b[31m", "a credential type", "it has a control character"],
    ["git_ssh:\u007f", "\u007f", "a credential instance", "it has a control character"],
    ["é".repeat(128), "é".repeat(128), "a credential type", "it is longer than 255 bytes"],
    [
      `t:${"a".repeat(256)}`,
      "a".repeat(256),
      "a credential instance",
      "it is longer than 255 bytes",
    ],
  ])("%j is refused", async (given, half, role, why) =>
    expect(await refusal(() => parseRef(given))).toBe(
      [
        "DataError, exit 65",
        `what: ${JSON.stringify(half)} cannot be ${role}`,
        `why: ${why}`,
        `remedy: Write ${role} as one plain name, for example "default" or "my-org".`,
      ].join("\n"),
    ),
  );
});

describe("formatRef", () => {
  test.each<[sentence: string, given: CredentialRef, expected: string]>([
    ["the default instance is the type alone", { type: "aws", instance: "default" }, "aws"],
    ["any other follows a colon", { type: "aws", instance: "prod" }, "aws:prod"],
    ["Default is not the default", { type: "aws", instance: "Default" }, "aws:Default"],
  ])("%s", (_sentence, given, expected) => expect(formatRef(given)).toBe(expected));

  test("writes what parseRef reads back", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: names without them
      .filter((text) => !/[/\\\u0000-\u001f\u007f]/.test(text) && text === text.trim())
      .filter((text) => text !== "." && text !== "..");
    const type = name.filter((text) => !text.includes(":"));
    fc.assert(
      fc.property(type, fc.oneof(name, fc.constant("default")), (given, instance) => {
        const ref = { type: given, instance };
        expect(parseRef(formatRef(ref))).toEqual(ref);
      }),
    );
  });

  test("tells refs apart", () => {
    const name = fc.stringMatching(/^[a-z:]{1,6}$/);
    fc.assert(
      fc.property(name, name, (one, two) => {
        const refs = [one, two].flatMap((text) => {
          try {
            return [parseRef(text)];
          } catch {
            return [];
          }
        });
        const [first, second] = refs;
        fc.pre(first !== undefined && second !== undefined);
        const same = first.type === second.type && first.instance === second.instance;
        expect(formatRef(first) === formatRef(second)).toBe(same);
      }),
    );
  });
});
