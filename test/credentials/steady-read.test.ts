import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { instancePlace } from "../../src/credentials/instance-place.ts";
import { readSteadily } from "../../src/credentials/steady-read.ts";
import { refusal } from "../refusal.ts";
import { jumpingClock } from "./jumping-clock.ts";
import { temporaryStore } from "./temporary-store.ts";

/** Reads `token` of an instance while `change` happens after each of the first so many reads. */
async function readWhile(
  change: (directory: string, read: number) => Promise<void>,
  { changes = 1, fields = { token: "fake-0" } as Record<string, string> } = {},
) {
  const store = await temporaryStore(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [`custom/x/${name}`, value] as const),
    ),
  );
  const place = instancePlace(store, { type: "custom", instance: "x" });
  let reads = 0;
  const value = await readSteadily(place, jumpingClock(100), async () => {
    reads += 1;
    const seen = await readFile(join(place.directory, "token"), "utf8");
    if (reads <= changes) await change(place.directory, reads);
    return seen;
  });
  return { value, reads };
}

describe("an instance is read again when, while it is read,", () => {
  test.each<[sentence: string, change: (directory: string) => Promise<void>, value: string]>([
    [
      "a field is replaced",
      async (directory) => {
        await writeFile(join(directory, "new~"), "fake-1");
        await rename(join(directory, "new~"), join(directory, "token"));
      },
      "fake-1",
    ],
    [
      "a field is replaced by one of the same size",
      async (directory) => {
        await writeFile(join(directory, ".new"), "fake-0");
        await rename(join(directory, ".new"), join(directory, "token"));
      },
      "fake-0",
    ],
    [
      "a field is written over",
      (directory) => writeFile(join(directory, "token"), "fake-one"),
      "fake-one",
    ],
    ["a field comes", (directory) => writeFile(join(directory, "user"), "fake"), "fake-0"],
    ["another field goes", (directory) => rm(join(directory, "other")), "fake-0"],
    [
      "the whole instance is replaced",
      async (directory) => {
        await rename(directory, `${directory}-old`);
        await mkdir(directory);
        await writeFile(join(directory, "token"), "fake-1");
        await writeFile(join(directory, "other"), "fake");
      },
      "fake-1",
    ],
    [
      "a link comes to lead elsewhere",
      async (directory) => {
        await rename(join(directory, "token"), `${directory}-elsewhere`);
        await symlink(`${directory}-elsewhere`, join(directory, "token"));
      },
      "fake-0",
    ],
  ])("%s", async (_sentence, change, value) =>
    expect(await readWhile(change, { fields: { token: "fake-0", other: "fake" } })).toEqual({
      value,
      reads: 2,
    }),
  );
});

describe("an instance is read once when", () => {
  test("nothing changes", async () =>
    expect(await readWhile(() => Promise.resolve(), { changes: 0 })).toEqual({
      value: "fake-0",
      reads: 1,
    }));

  test("new values are only being prepared", async () =>
    expect(
      await readWhile((directory) => writeFile(join(directory, ".al-0123456789ab.tmp"), "fake")),
    ).toEqual({ value: "fake-0", reads: 1 }));
});

test("a read that fails because the field has just gone is tried again", async () => {
  const store = await temporaryStore({ "custom/x/token": "fake" });
  const place = instancePlace(store, { type: "custom", instance: "x" });
  let reads = 0;
  const value = await readSteadily(place, jumpingClock(), async () => {
    reads += 1;
    if (reads > 1) return "read";
    await rm(join(place.directory, "token"));
    throw new Error("the field is gone");
  });
  expect({ value, reads }).toEqual({ value: "read", reads: 2 });
});

test("a read that fails though nothing changed fails", async () => {
  const store = await temporaryStore({ "custom/x/token": "fake" });
  const place = instancePlace(store, { type: "custom", instance: "x" });
  const read = () => Promise.reject(new Error("damaged"));
  await expect(readSteadily(place, jumpingClock(), read)).rejects.toThrow("damaged");
});

test("an instance that never stands still is given up in the end", async () => {
  const said = await refusal(() =>
    readWhile((directory, read) => writeFile(join(directory, "token"), "x".repeat(read)), {
      changes: Number.POSITIVE_INFINITY,
    }),
  );
  expect(said.split("\n")[0]).toBe("TryAgainError, exit 75");
});
