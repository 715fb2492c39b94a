import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CredentialField } from "../../src/credentials/credential.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { SyncState } from "../../src/credentials/sync-state.ts";
import { temporaryStore } from "./temporary-store.ts";

const PROJECT = "demo-project";
const PLACE = { project: PROJECT, region: "us-central1" };
const ID = "al--custom--default--token";

const field = (value: string, name = "token"): CredentialField => ({
  name,
  kind: "secret",
  content: new Secret(value),
  env: [],
});

const directoryOf = (store: string): string => join(dirname(store), "cloud-run-state");

async function stateFiles(store: string): Promise<string[]> {
  const names = await readdir(directoryOf(store));
  return names.sort().map((name) => join(directoryOf(store), name));
}

/** A store whose state remembers version 3 of one value, and the state's file. */
async function remembered(value = "fake-value-012345"): Promise<{ store: string; file: string }> {
  const store = await temporaryStore({});
  const state = await SyncState.load(store, PLACE);
  state.of(ID).pin(field(value), "3");
  await state.save();
  const [file = ""] = await stateFiles(store);
  return { store, file };
}

describe("what is remembered", () => {
  test("is nothing at first", async () => {
    const state = await SyncState.load(await temporaryStore({}), PLACE);
    expect(state.of(ID).find(field("fake"))).toBeUndefined();
  });

  test("is the version of exactly that value in that field of that secret", async () => {
    const state = await SyncState.load(await temporaryStore({}), PLACE);
    state.of(ID).pin(field("fake"), "3");
    expect([
      state.of(ID).find(field("fake")),
      state.of(ID).find(field("fake ")),
      state.of(ID).find(field("")),
      state.of(ID).find(field("fake", "other")),
      state.of("al--custom--other--token").find(field("fake")),
    ]).toEqual(["3", undefined, undefined, undefined, undefined]);
  });

  test("is the last version", async () => {
    const state = await SyncState.load(await temporaryStore({}), PLACE);
    state.of(ID).pin(field("fake"), "3");
    state.of(ID).pin(field("fake-new"), "4");
    expect([state.of(ID).find(field("fake")), state.of(ID).find(field("fake-new"))]).toEqual([
      undefined,
      "4",
    ]);
  });

  test("is all forgotten on demand, also in the file", async () => {
    const { store } = await remembered();
    const state = await SyncState.load(store, PLACE);
    state.forget();
    expect(state.of(ID).find(field("fake-value-012345"))).toBeUndefined();
    await state.save();
    const again = await SyncState.load(store, PLACE);
    expect(again.of(ID).find(field("fake-value-012345"))).toBeUndefined();
  });

  test("is there again after it was saved, whatever names and values", async () => {
    const store = await temporaryStore({});
    const name = fc.string({ minLength: 1, maxLength: 20, unit: "binary" });
    const version = fc.integer({ min: 1, max: 1_000_000 }).map(String);
    await fc.assert(
      fc.asyncProperty(name, name, fc.string(), version, async (id, fieldName, value, number) => {
        const state = await SyncState.load(store, PLACE);
        state.of(id).pin(field(value, fieldName), number);
        await state.save();
        const again = await SyncState.load(store, PLACE);
        expect(again.of(id).find(field(value, fieldName))).toBe(number);
      }),
      { numRuns: 30 },
    );
  });

  test("is one project's, one region's and one store's", async () => {
    const { store } = await remembered();
    const value = field("fake-value-012345");
    const other = join(dirname(store), "other");
    expect([
      (await SyncState.load(store, PLACE)).of(ID).find(value),
      (await SyncState.load(store, { ...PLACE, project: "demo-other" })).of(ID).find(value),
      (await SyncState.load(store, { ...PLACE, region: "europe-west1" })).of(ID).find(value),
      (await SyncState.load(other, PLACE)).of(ID).find(value),
      (await SyncState.load(`${store}/../${basename(store)}/`, PLACE)).of(ID).find(value),
    ]).toEqual(["3", undefined, undefined, undefined, "3"]);
  });
});

describe("the file", () => {
  test("is beside the store, for its owner alone, and nothing else is left there", async () => {
    const { store, file } = await remembered();
    expect(await stateFiles(store)).toEqual([file]);
    expect(basename(file)).toMatch(/^credentials-[0-9a-f]{16}\.json$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(directoryOf(store))).mode & 0o777).toBe(0o700);
  });

  test("is for its owner alone again, if it was not before", async () => {
    const { store, file } = await remembered();
    await chmod(file, 0o644);
    const state = await SyncState.load(store, PLACE);
    state.of(ID).pin(field("fake-new"), "4");
    await state.save();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("is not written when nothing changed", async () => {
    const store = await temporaryStore({});
    await (await SyncState.load(store, PLACE)).save();
    await expect(readdir(directoryOf(store))).rejects.toThrow("ENOENT");
  });

  test("is not written again for what it knows", async () => {
    const { store, file } = await remembered();
    await writeFile(file, `${await readFile(file, "utf8")}\n`);
    const state = await SyncState.load(store, PLACE);
    state.of(ID).pin(field("fake-value-012345"), "3");
    await state.save();
    expect((await readFile(file, "utf8")).endsWith("\n")).toBe(true);
  });

  test("holds no value, in no form", async () => {
    const value = "fake-value-012345";
    const { file } = await remembered(value);
    const text = await readFile(file, "utf8");
    const unsalted = ["", PROJECT, ID].map((salt) => new Secret(value).fingerprint(salt));
    const forms = [
      value,
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("hex"),
      createHash("sha256").update(value).digest("hex"),
      ...unsalted,
    ];
    expect(forms.filter((form) => text.includes(form))).toEqual([]);
    expect(JSON.parse(text)).toEqual({
      ...PLACE,
      salt: expect.stringMatching(/^[0-9a-f]{64}$/),
      secrets: {
        [ID]: {
          createdAt: 0,
          upTo: 0,
          pins: { token: "3" },
          versions: {
            "3": { field: "token", fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
          },
        },
      },
    });
  });

  test("has a salt of its own in every store", async () => {
    const [one, two] = [await remembered(), await remembered()];
    const saltOf = async ({ file }: { file: string }): Promise<unknown> =>
      JSON.parse(await readFile(file, "utf8")).salt;
    expect(await saltOf(one)).not.toBe(await saltOf(two));
  });
});

const SALT = "0".repeat(64);
const HASH = "1".repeat(64);

/** A whole state, with some of it changed. */
const stateWith = (changes: object): string =>
  JSON.stringify({ ...PLACE, salt: SALT, secrets: {}, ...changes });
const RECORD = {
  createdAt: 0,
  upTo: 3,
  pins: { token: "3" },
  versions: { "3": { field: "token", fingerprint: HASH } },
};
const recordWith = (changes: object): string =>
  stateWith({ secrets: { [ID]: { ...RECORD, ...changes } } });

describe("a state that is damaged is ignored, and replaced by the next one", () => {
  test.each<[sentence: string, content: string]>([
    ["empty", ""],
    ["cut off", '{"project":"demo-project","salt":"'],
    ["no JSON", "state"],
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"state"'],
    ["an empty object", "{}"],
    ["with a number as project", stateWith({ project: 5 })],
    ["without a region", stateWith({ region: undefined })],
    ["without a salt", stateWith({ salt: undefined })],
    ["with a short salt", stateWith({ salt: "00" })],
    ["with a number as salt", stateWith({ salt: 1e40 })],
    ["without secrets", stateWith({ secrets: undefined })],
    ["with null as secrets", stateWith({ secrets: null })],
    ["with a list as secrets", stateWith({ secrets: [] })],
    ["with a null secret", stateWith({ secrets: { [ID]: null } })],
    ["without a creation time", recordWith({ createdAt: undefined })],
    ["with a text as number of known versions", recordWith({ upTo: "3" })],
    ["without pins", recordWith({ pins: undefined })],
    ["with a pin that is no number", recordWith({ pins: { token: "latest" } })],
    ["with a pin to version 0", recordWith({ pins: { token: "0" } })],
    ["with a pin that leads elsewhere", recordWith({ pins: { token: "1/../2" } })],
    ["without versions", recordWith({ versions: undefined })],
    [
      "with a version that is no number",
      recordWith({ versions: { latest: RECORD.versions["3"] } }),
    ],
    ["with a version of nothing", recordWith({ versions: { "3": null } })],
    ["without a fingerprint", recordWith({ versions: { "3": { field: "token" } } })],
  ])("%s", async (_sentence, content) => {
    const { store, file } = await remembered();
    await writeFile(file, content);
    const state = await SyncState.load(store, PLACE);
    expect(state.of(ID).find(field("fake-value-012345"))).toBeUndefined();
    state.of(ID).pin(field("fake-value-012345"), "5");
    await state.save();
    const again = await SyncState.load(store, PLACE);
    expect(again.of(ID).find(field("fake-value-012345"))).toBe("5");
  });

  test("a directory in its place", async () => {
    const store = await temporaryStore({});
    const { file } = await remembered();
    await mkdir(join(directoryOf(store), basename(file)), { recursive: true });
    const state = await SyncState.load(store, PLACE);
    expect(state.of(ID).find(field("fake-value-012345"))).toBeUndefined();
  });
});

describe("a state that was copied never gives a wrong version", () => {
  /** Puts the state of one store and project where that of another is looked for. */
  async function copied(to: {
    store: string;
    project: string;
    region: string;
  }): Promise<SyncState> {
    const { file } = await remembered();
    const own = await SyncState.load(to.store, to);
    own.of("al--any--default--x").pin(field("fake"), "1");
    await own.save();
    const [target = ""] = await stateFiles(to.store);
    await copyFile(file, target);
    return SyncState.load(to.store, to);
  }

  test("to a store with another value: the value counts, not the file's age", async () => {
    const state = await copied({ store: await temporaryStore({}), ...PLACE });
    expect(state.of(ID).find(field("fake-other-value"))).toBeUndefined();
  });

  test("to another project, in which version 3 is something else", async () => {
    const state = await copied({
      store: await temporaryStore({}),
      ...PLACE,
      project: "demo-other",
    });
    expect(state.of(ID).find(field("fake-value-012345"))).toBeUndefined();
  });
});
