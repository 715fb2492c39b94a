import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Credential } from "../../src/credentials/credential.ts";
import { annotated } from "../../src/mapping/secret-notes.ts";
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

  test("counts the newline that ends a key", async () =>
    expect(
      await refusal(() =>
        planSecrets(
          [
            credential(
              "git_ssh",
              field("id_rsa", { kind: "key", value: `${"k".repeat(65_536)}\n` }),
            ),
          ],
          "al",
        ),
      ),
    ).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The field id_rsa of git_ssh is 65537 bytes long, with the newline that ends a key
      why: Secret Manager holds at most 65536 bytes in one version
      remedy: Store a shorter value, or let the agent fetch the long one itself."
    `));
});

describe("an instance's fields", () => {
  const instance = (count: number, length: number) =>
    credential(
      "custom:many",
      ...Array.from({ length: count }, (_, index) => field(`${index}`.padEnd(length, "n"))),
    );

  test.each([
    ["one of the longest name", 1, 255],
    ["a hundred of ordinary names", 100, 40],
    ["twenty-five of the longest names", 25, 255],
  ])("may be %s", (_sentence, count, length) =>
    expect(planSecrets([instance(count, length)], "al")).toHaveLength(count === 1 ? 1 : count + 1),
  );

  test("may not be more than a hundred", async () =>
    expect(await refusal(() => planSecrets([instance(101, 8)], "al"))).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The credential custom:many has 101 fields
      why: al keeps at most 100 files of one credential in Secret Manager
      remedy: Divide them among several instances, and list each in the agent's credentials."
    `));

  test("may not have names that no annotation holds", async () =>
    expect(await refusal(() => planSecrets([instance(70, 245)], "al"))).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The names of the 70 fields of custom:many are too long together
      why: with their versions they take 18341 bytes, and al can note at most 7168 on the credential's secret
      remedy: Give the fields shorter names, or divide them among several instances and list each in the agent's credentials."
    `));

  test("leave room for a note on two generations, with every region, in 16 KiB", () => {
    const fields = instance(25, 255).fields;
    const regions = Array.from({ length: 50 }, (_, index) => `northamerica-northeast${index}`);
    const generation = (from: number) =>
      Object.fromEntries(fields.map(({ name }, index) => [`${from + index}`, name]));
    const first = annotated(
      { "al-credential": "x".repeat(511) },
      { region: "us-central1", files: generation(1) },
    );
    const second = annotated(first ?? {}, {
      region: "us-central1",
      files: generation(999_999_000),
    });
    const all = { ...second, "al-regions": regions.join(",") };
    const bytes = Object.entries(all).flat().join("").length;
    expect(bytes).toBeGreaterThan(12_000);
    expect(bytes).toBeLessThanOrEqual(16_384);
  });
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
