import { describe, expect, test } from "vitest";
import type { InventorySecret } from "../../src/mapping/inventory.ts";
import { supersededVersions } from "../../src/mapping/superseded.ts";

const DAY = 24 * 60 * 60_000;
const NOW = Date.UTC(2026, 0, 31);
const ID = "al--github_token--default--token";

/** Versions by number, each with its age in days; destroyed where it says so. */
const versions = (...ages: readonly (readonly [number, number, string?])[]) =>
  ages.map(([number, days, state = "ENABLED"]) => ({
    number: String(number),
    state,
    createdAt: NOW - days * DAY,
  }));

const secret = (more: Partial<InventorySecret>): InventorySecret => ({
  id: ID,
  credential: "github_token",
  annotations: { "al-regions": "us-central1" },
  locations: 1,
  versions: versions([2, 9], [1, 30]),
  ...more,
});

/** A job that pins these versions of a secret. */
const pinning = (id: string, ...numbers: readonly string[]) => ({
  name: "projects/p/locations/us-central1/jobs/any",
  template: {
    template: {
      volumes: [{ secret: { secret: id, items: numbers.map((version) => ({ version })) } }],
    },
  },
});

const gone = (version: string, days: number, id = ID) => ({
  credential: "github_token",
  secret: id,
  version,
  supersededAt: NOW - days * DAY,
});

const files = (named: object) => ({
  "al-regions": "us-central1",
  "al-files": JSON.stringify(named),
});

describe("a version may be destroyed", () => {
  test.each([
    ["after it was superseded for more than eight days", {}, [gone("1", 9)]],
    ["eight days to the moment after", { versions: versions([2, 8], [1, 30]) }, [gone("1", 8)]],
    ["not a moment earlier", { versions: versions([2, 7.999], [1, 30]) }, []],
    ["not when it is the only one, however old", { versions: versions([1, 900]) }, []],
    [
      "by when the next one came, not the newest",
      { versions: versions([3, 1], [2, 20], [1, 30]) },
      [gone("1", 20)],
    ],
    ["when it is disabled", { versions: versions([2, 9], [1, 30, "DISABLED"]) }, [gone("1", 9)]],
    [
      "not by a version that was disabled again",
      { versions: versions([2, 9, "DISABLED"], [1, 30]) },
      [],
    ],
    ["not again", { versions: versions([2, 9], [1, 30, "DESTROYED"]) }, []],
    [
      "in a directory, when a newer one of the same file came",
      {
        annotations: files({ 1: "id_rsa", 2: "username", 3: "id_rsa" }),
        versions: versions([3, 10], [2, 30], [1, 30]),
      },
      [gone("1", 10)],
    ],
    [
      "in a directory, when it belongs to no file and a newer one is there",
      {
        annotations: files({ 1: "id_rsa", 3: "username" }),
        versions: versions([3, 10], [2, 20], [1, 30]),
      },
      // Version 2 may have been the file's next version, so 1 counts as superseded by it.
      [gone("2", 10), gone("1", 20)],
    ],
    [
      "in the regions that were looked at",
      { annotations: { "al-regions": "us-central1,asia-east1" } },
      [],
    ],
    ["of a secret that says where it is used", { annotations: {} }, []],
    ["whatever its annotation says wrongly", { annotations: files([]), id: ID }, [gone("1", 9)]],
  ])("%s", (_sentence, more, expected) =>
    expect(
      supersededVersions([secret(more)], { jobs: [], regions: ["us-central1"], now: NOW }),
    ).toEqual(expected),
  );

  test("but never one that a job pins, whoever's it is", () =>
    expect(
      supersededVersions([secret({ versions: versions([3, 9], [2, 10], [1, 30]) })], {
        jobs: [pinning(ID, "1"), pinning("al--other--default--token", "2")],
        regions: ["us-central1"],
        now: NOW,
      }),
    ).toEqual([gone("2", 9)]));
});
