import { lstat, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { removeInstance } from "../../src/credentials/remove-instance.ts";
import { AlError } from "../../src/errors.ts";
import { storeFiles, temporaryDirectory, temporaryStore } from "./temporary-store.ts";

const ref = (instance: string, type = "custom") => ({ type, instance });

const left = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true })).sort();

const TWO = { "custom/default/token": "fake", "custom/other/token": "fake" };

describe("removeInstance", () => {
  test("removes one instance and leaves the others", async () => {
    const store = await temporaryStore(TWO);
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(store)).toEqual(["custom", "custom/other", "custom/other/token"]);
  });

  test("removes the type with its last instance, and never the store", async () => {
    const store = await temporaryStore({ "custom/default/token": "fake" });
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(store)).toEqual([]);
  });

  test("leaves the type's directory where something else is in it", async () => {
    const store = await temporaryStore({ "custom/default/token": "fake", "custom/notes": "" });
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(store)).toEqual(["custom", "custom/notes"]);
  });

  test("removes whatever is in the instance, hidden files and directories too", async () => {
    const store = await temporaryStore({
      "custom/default/.al-commit": "[]",
      "custom/default/.al-0123456789ab.tmp": "fake",
      "custom/default/nested/deep/x": "fake",
    });
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(store)).toEqual([]);
  });

  test("removes an empty instance", async () => {
    const store = await temporaryStore({});
    await mkdir(join(store, "custom/default"), { recursive: true });
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(store)).toEqual([]);
  });

  test("finishes a removal that was cut short", async () => {
    const store = await temporaryStore({
      ...TWO,
      "custom/.al-0123456789ab.removed/token": "fake-left-over",
    });
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(store)).toEqual(["custom", "custom/other", "custom/other/token"]);
  });

  test.each([
    ["no store", "none", ref("default")],
    ["no type", ".", ref("default", "absent")],
    ["no instance", ".", ref("absent")],
    ["a file in its place", ".", ref("stray")],
  ])("says so where there is %s, and changes nothing", async (_sentence, path, given) => {
    const store = await temporaryStore({ ...TWO, "custom/stray": "fake" });
    const before = await left(store);
    expect(await removeInstance(join(store, path), given)).toBe(false);
    expect(await left(store)).toEqual(before);
  });
});

describe("what is outside the store stays", () => {
  test("where the instance is a link", async () => {
    const store = await temporaryStore(TWO);
    const outside = join(dirname(store), "outside");
    await storeFiles(outside, { token: "fake" });
    await symlink(outside, join(store, "custom/linked"));
    expect(await removeInstance(store, ref("linked"))).toBe(true);
    await expect(lstat(join(store, "custom/linked"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await left(outside)).toEqual(["token"]);
  });

  test("where a field or a directory in the instance is a link", async () => {
    const store = await temporaryStore(TWO);
    const outside = join(dirname(store), "outside");
    await storeFiles(outside, { token: "fake", "deep/x": "fake" });
    await symlink(join(outside, "token"), join(store, "custom/default/linked"));
    await symlink(join(outside, "deep"), join(store, "custom/default/directory"));
    expect(await removeInstance(store, ref("default"))).toBe(true);
    expect(await left(outside)).toEqual(["deep", "deep/x", "token"]);
  });

  test("where a link leads nowhere, the link goes", async () => {
    const store = await temporaryStore(TWO);
    await symlink("nowhere", join(store, "custom/dangling"));
    expect(await removeInstance(store, ref("dangling"))).toBe(true);
    expect(await left(join(store, "custom"))).toEqual([
      "default",
      "default/token",
      "other",
      "other/token",
    ]);
  });

  test("whatever the ref is; and in the store only the instance itself goes", async () => {
    const home = await temporaryDirectory();
    const store = join(home, "deep", "credentials");
    await storeFiles(home, { "x/x": "fake", "deep/x/x": "fake" });
    const part = fc.constantFrom("..", ".", "/", "\\", ":", "x", " ", "\0", "default", "custom");
    const text = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, text, async (type, instance) => {
        await storeFiles(store, TWO);
        await writeFile(join(store, "x"), "fake");
        const before = await left(home);
        const removed = await removeInstance(store, { type, instance }).catch((error: unknown) => {
          if (!(error instanceof AlError)) throw error;
          return false;
        });
        const gone = removed ? [`${type}/${instance}`, `${type}/${instance}/token`] : [];
        expect(await left(home)).toEqual(
          before.filter((path) => !gone.some((one) => path === `deep/credentials/${one}`)),
        );
      }),
    );
  });
});
