import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { annotated, filesOf, regionsOf } from "../../src/mapping/secret-notes.ts";

const REGION = "us-central1";

describe("a note", () => {
  test.each([
    ["is added to nothing", {}, { region: REGION, files: {} }, { "al-regions": REGION }],
    [
      "leaves what it does not concern",
      { "al-credential": "git_ssh", theirs: "x" },
      { region: REGION, files: { 1: "id_rsa" } },
      {
        "al-credential": "git_ssh",
        theirs: "x",
        "al-regions": REGION,
        "al-files": '{"1":"id_rsa"}',
      },
    ],
    [
      "joins the other regions and files, in order",
      { "al-regions": "us-west1,asia-east1", "al-files": '{"1":"id_rsa"}' },
      { region: REGION, files: { 2: "username" } },
      {
        "al-regions": "asia-east1,us-central1,us-west1",
        "al-files": '{"1":"id_rsa","2":"username"}',
      },
    ],
    [
      "replaces what somebody broke",
      { "al-files": "{", "al-regions": ",," },
      { region: REGION, files: { 1: "id_rsa" } },
      { "al-regions": REGION, "al-files": '{"1":"id_rsa"}' },
    ],
    [
      "does not say anew what another process said of a version",
      { "al-regions": REGION, "al-files": '{"1":"id_rsa"}' },
      { region: REGION, files: { 1: "username", 2: "email" } },
      { "al-regions": REGION, "al-files": '{"1":"id_rsa","2":"email"}' },
    ],
    [
      "is nothing new where it stands already",
      { "al-regions": `asia-east1,${REGION}`, "al-files": '{"1":"id_rsa","2":"username"}' },
      { region: REGION, files: { 2: "username" } },
      undefined,
    ],
  ])("%s", (_sentence, annotations, note, expected) =>
    expect(annotated(annotations, note)).toEqual(expected),
  );

  test("stays readable, and below Google's 16 KiB, over years of rotations", () => {
    let annotations: Readonly<Record<string, string>> = {};
    for (let version = 1; version <= 2_000; version += 1) {
      const note = { region: REGION, files: { [version]: "a-field-name-of-some-length" } };
      annotations = annotated(annotations, note) ?? annotations;
    }
    const files = filesOf(annotations);
    expect([Object.keys(files).length, files[2_000], files[1_801], files[1_800]]).toEqual([
      200,
      "a-field-name-of-some-length",
      "a-field-name-of-some-length",
      undefined,
    ]);
    expect(JSON.stringify(annotations).length).toBeLessThan(16_384);
  });

  test("stays below Google's 16 KiB with long names, too", () => {
    let annotations: Readonly<Record<string, string>> = {};
    for (let version = 1; version <= 300; version += 1) {
      const note = { region: REGION, files: { [version]: `${version % 25}${"é".repeat(120)}` } };
      annotations = annotated(annotations, note) ?? annotations;
    }
    const [latest] = Object.keys(filesOf(annotations)).reverse();
    expect(latest).toBe("300");
    expect(new Set(Object.values(filesOf(annotations))).size).toBe(25);
    expect(Buffer.byteLength(JSON.stringify(annotations))).toBeLessThan(16_384);
  });

  test("keeps the newest version of every field, and comes to rest, when one field is rotated for years", () => {
    const before = { "al-regions": REGION, "al-files": '{"1":"client_id","2":"token"}' };
    let annotations: Readonly<Record<string, string>> = before;
    for (let version = 3; version <= 500; version += 1) {
      const note = { region: REGION, files: { 1: "client_id", [version]: "token" } };
      annotations = annotated(annotations, note) ?? annotations;
      expect(annotated(annotations, note)).toBeUndefined();
    }
    const files = filesOf(annotations);
    expect([Object.keys(files).length, files[1], files[2], files[500]]).toEqual([
      ...[200, "client_id", undefined, "token"],
    ]);
    const old = { region: REGION, files: { 2: "token" } };
    expect(annotated(annotations, old)).toBeUndefined();
  });

  test("says what it was told, whatever was there before", () =>
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("al-files", "al-regions", "x"), fc.string()),
        fc.dictionary(fc.integer({ min: 1, max: 99 }).map(String), fc.string()),
        (before, files) => {
          const after = annotated(before, { region: REGION, files }) ?? before;
          expect(filesOf(after)).toMatchObject({ ...files, ...filesOf(before) });
          expect(regionsOf(after)).toContain(REGION);
        },
      ),
    ));
});
