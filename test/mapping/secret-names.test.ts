import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { directorySecretId, fieldSecretId } from "../../src/mapping/secret-names.ts";

type Path = { readonly type: string; readonly instance: string; readonly field: string };

const path = (type: string, instance: string, field: string): Path => ({ type, instance, field });

describe("fieldSecretId", () => {
  test.each<[sentence: string, given: Path, expected: string]>([
    [
      "plain names stay readable",
      path("git_ssh", "default", "id_rsa"),
      "al--git_ssh--default--id_rsa",
    ],
    [
      "single dashes stay readable",
      path("github_webhook_secret", "my-org", "secret"),
      "al--github_webhook_secret--my-org--secret",
    ],
    ["capitals stay", path("aws", "MyOrg", "token"), "al--aws--MyOrg--token"],
    ["digits alone are a name", path("aws", "42", "7"), "al--aws--42--7"],
    [
      "60 characters still fit",
      path("aws", "i".repeat(60), "token"),
      `al--aws--${"i".repeat(60)}--token`,
    ],
    [
      "61 characters are shortened to a readable beginning and a hash",
      path("aws", "i".repeat(61), "token"),
      "al--aws--iiiiiiiiiiiiiiiiiiiiiiiiii-x8b54d7e17334413f8125f07b2f3177aa--token",
    ],
    [
      "a doubled dash, which divides segments, is hashed",
      path("aws", "a--b", "token"),
      "al--aws--a-b-x90827a2e56361a8fd77208d8b32b17de--token",
    ],
    [
      "a dot is hashed",
      path("aws", "my.org", "token"),
      "al--aws--my-org-xb5085d6c9ac6842a9b49017ce37edbe6--token",
    ],
    [
      "letters of other scripts are hashed",
      path("aws", "ключ", "token"),
      "al--aws--x-x1de36a32af798da0c1ac9297603a320e--token",
    ],
    [
      "a name that looks hashed is hashed",
      path("aws", `a-x${"0".repeat(32)}`, "token"),
      "al--aws--a-x00000000000000000000000-x7560263cf7c8c5b07e3b30c407412caa--token",
    ],
    [
      "a field called _files is hashed",
      path("aws", "default", "_files"),
      "al--aws--default--_files-x71f3e0d7d3b87c842b35ed1b036653bc",
    ],
    [
      "an instance called _files is a plain name, for only the last segment is reserved",
      path("aws", "_files", "token"),
      "al--aws--_files--token",
    ],
  ])("%s", (_sentence, given, expected) => expect(fieldSecretId("al", given)).toBe(expected));
});

test("a directory secret ends in the reserved token", () =>
  expect(directorySecretId("team-a", { type: "git_ssh", instance: "botty" })).toBe(
    "team-a--git_ssh--botty--_files",
  ));

const HASH = "0123456789abcdef0123456789abcdef";

/** Names that try to look like something else: dividers, hashes, the reserved token, other scripts, great length. */
const hostileName = fc.oneof(
  fc.constantFrom(
    ...["a", "b", "c", "b--c", "a--b", "c--d", "-", "--", "---", "-a", "a-", "a-b", "a_b", "a b"],
    ...["MyOrg", "myorg", "MYORG", "_files", "_files-", "-_files", "_FILES", "files", "__files"],
    ...["al", "al--a", "x", `x-x${HASH}`, `a-x${HASH}`, `-x${HASH}`, `a-x${HASH}-x${HASH}`],
    ...["a".repeat(60), "a".repeat(61), "a".repeat(255), "é", "e\u0301", "ключ", "鍵", "🔑", " "],
  ),
  fc.string({ minLength: 1, maxLength: 80, unit: fc.constantFrom(..."ab-_x0A.: é") }),
  fc.string({ minLength: 1, maxLength: 255, unit: "binary" }),
);

const hostilePath = fc.record({ type: hostileName, instance: hostileName, field: hostileName });

const prefix = fc.constantFrom("al", "a", "team-a", "al_1", "a".repeat(40), `al-x${HASH}`);

/** A field's secret, or with `field: undefined` the directory's. */
type Target = { type: string; instance: string; field: string | undefined };

const hostileTarget: fc.Arbitrary<Target> = fc.record({
  type: hostileName,
  instance: hostileName,
  field: fc.option(hostileName, { nil: undefined }),
});

const idOf = (start: string, { type, instance, field }: Target): string =>
  field === undefined
    ? directorySecretId(start, { type, instance })
    : fieldSecretId(start, { type, instance, field });

describe("every id", () => {
  test("is one that Secret Manager takes, whatever the names are", () =>
    fc.assert(
      fc.property(prefix, hostileTarget, (start, target) => {
        expect(idOf(start, target)).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
      }),
    ));

  test("is always the same for the same names", () =>
    fc.assert(
      fc.property(prefix, hostileTarget, (start, target) => {
        expect(idOf(start, { ...target })).toBe(idOf(start, target));
      }),
    ));

  test("belongs to one field or one directory, under one prefix", () =>
    fc.assert(
      fc.property(prefix, hostileTarget, prefix, hostileTarget, (start, one, other, two) => {
        fc.pre(JSON.stringify([start, one]) !== JSON.stringify([other, two]));
        expect(idOf(start, one)).not.toBe(idOf(other, two));
      }),
      { numRuns: 2_000 },
    ));

  test("differs from every other of all combinations of hostile names", () => {
    const names = ["a", "b", "a--b", "b--c", "_files", "MyOrg", "myorg", `a-x${HASH}`, "-"];
    const targets = names.flatMap((type) =>
      names.flatMap((instance) =>
        [...names, undefined].map((field): Target => ({ type, instance, field })),
      ),
    );
    const ids = targets.map((target) => idOf("al", target));
    expect(new Set(ids).size).toBe(names.length * names.length * (names.length + 1));
  });

  test.each<[sentence: string, one: Target, two: Target]>([
    [
      "`a` + `b--c` is not `a--b` + `c`",
      { type: "t", instance: "a", field: "b--c" },
      { type: "t", instance: "a--b", field: "c" },
    ],
    [
      "MyOrg is not myorg",
      { type: "t", instance: "MyOrg", field: "f" },
      { type: "t", instance: "myorg", field: "f" },
    ],
    [
      "a field called _files is not the directory",
      { type: "t", instance: "i", field: "_files" },
      { type: "t", instance: "i", field: undefined },
    ],
    [
      "two writings of é are two names",
      { type: "t", instance: "é", field: "f" },
      { type: "t", instance: "e\u0301", field: "f" },
    ],
  ])("%s", (_sentence, one, two) => expect(idOf("al", one)).not.toBe(idOf("al", two)));

  test("is not that of a field whose name is another field's hashed form", () =>
    fc.assert(
      fc.property(hostilePath, (given) => {
        const written = fieldSecretId("al", given).split("--").at(-1) ?? "";
        fc.pre(written !== given.field);
        expect(fieldSecretId("al", { ...given, field: written })).not.toBe(
          fieldSecretId("al", given),
        );
      }),
    ));
});

/** What an IAM condition on one credential compares with: everything up to the divider before the field. */
const startOf = (start: string, { type, instance }: Target): string =>
  directorySecretId(start, { type, instance }).slice(0, -"_files".length);

describe("an IAM condition on one instance", () => {
  test("covers every id of that instance", () =>
    fc.assert(
      fc.property(prefix, hostileTarget, (start, target) => {
        expect(idOf(start, target).startsWith(startOf(start, target))).toBe(true);
      }),
    ));

  test("can be written down for plain names", () =>
    expect(
      fieldSecretId("al", path("git_ssh", "bot", "id_rsa")).startsWith("al--git_ssh--bot--"),
    ).toBe(true));

  test.each([
    ["bot", "botty"],
    ["bot", "bot-ty"],
    ["bot", "bot--ty"],
    ["bot", "bot_"],
    ["my", "my-org"],
  ])("on %s never covers %s", (instance, other) =>
    expect(
      fieldSecretId("al", path("git_ssh", other, "id_rsa")).startsWith(
        `al--git_ssh--${instance}--`,
      ),
    ).toBe(false),
  );

  test("covers no id of another instance", () =>
    fc.assert(
      fc.property(hostileTarget, hostileTarget, (one, two) => {
        fc.pre(one.type !== two.type || one.instance !== two.instance);
        expect(idOf("al", two).startsWith(startOf("al", one))).toBe(false);
      }),
      { numRuns: 2_000 },
    ));
});
