import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Credential } from "../../src/credentials/credential.ts";
import { mountedSecretId, planSecrets, type WantedSecret } from "../../src/mapping/secret-plan.ts";
import { refusal } from "../refusal.ts";
import { credential, field, GIT_SSH, GITHUB } from "./samples.ts";

/** The field of that name alone. */
const only = (name: string) => GIT_SSH.fields.filter((field) => field.name === name);

describe("planSecrets", () => {
  test.each<[sentence: string, given: readonly Credential[], expected: readonly WantedSecret[]]>([
    ["no credentials need no secrets", [], []],
    [
      "an instance with one field is one secret",
      [GITHUB],
      [
        {
          id: "al--github_token--default--token",
          kind: "field",
          credential: "github_token",
          items: GITHUB.fields,
        },
      ],
    ],
    [
      "an instance with several fields is one secret a field and one for its directory",
      [GIT_SSH],
      [
        {
          id: "al--git_ssh--botty--email",
          kind: "field",
          credential: "git_ssh:botty",
          items: only("email"),
        },
        {
          id: "al--git_ssh--botty--id_rsa",
          kind: "field",
          credential: "git_ssh:botty",
          items: only("id_rsa"),
        },
        {
          id: "al--git_ssh--botty--username",
          kind: "field",
          credential: "git_ssh:botty",
          items: only("username"),
        },
        {
          id: "al--git_ssh--botty--_files",
          kind: "directory",
          credential: "git_ssh:botty",
          items: GIT_SSH.fields,
        },
      ],
    ],
  ])("%s", (_sentence, given, expected) => expect(planSecrets(given, "al")).toEqual(expected));

  test("the prefix begins every id", () =>
    expect(planSecrets([GITHUB, GIT_SSH], "team-a").map(({ id }) => id)).toEqual([
      "team-a--github_token--default--token",
      "team-a--git_ssh--botty--email",
      "team-a--git_ssh--botty--id_rsa",
      "team-a--git_ssh--botty--username",
      "team-a--git_ssh--botty--_files",
    ]));
});

describe("a field's size", () => {
  const sized = (value: string) => credential("custom:x", field("a"), field("big", { value }));

  test("may be what a version holds", () =>
    expect(planSecrets([sized("é".repeat(32_768))], "al")).toHaveLength(3));

  test("may not be one byte more", async () =>
    expect(
      await refusal(() => planSecrets([sized(`${"é".repeat(32_768)}a`)], "al")),
    ).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The field big of custom:x is 65537 bytes long
      why: Secret Manager holds at most 65536 bytes in one version
      remedy: Store a shorter value, or let the agent fetch the long one itself."
    `));
});

describe("mountedSecretId", () => {
  test.each([
    ["one field: that field's secret", GITHUB, "al--github_token--default--token"],
    ["several fields: the directory secret", GIT_SSH, "al--git_ssh--botty--_files"],
    [
      "one field called _files: still that field's secret",
      credential("custom", field("_files")),
      "al--custom--default--_files-x71f3e0d7d3b87c842b35ed1b036653bc",
    ],
  ])("%s", (_sentence, given, expected) => expect(mountedSecretId(given, "al")).toBe(expected));

  test("is always one of the planned secrets, and holds every field", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 }),
        (names) => {
          const given = credential("custom:any", ...names.map((name) => field(name)));
          const mounted = mountedSecretId(given, "al");
          const planned = planSecrets([given], "al");
          expect(planned.filter(({ id }) => id === mounted).map(({ items }) => items)).toEqual([
            given.fields,
          ]);
          expect(new Set(planned.map(({ id }) => id)).size).toBe(planned.length);
        },
      ),
    ));
});
