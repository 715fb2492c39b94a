import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { findCredential } from "../../src/credentials/read-credentials.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { writeInstance } from "../../src/credentials/write-instance.ts";
import { refusal } from "../refusal.ts";
import { jumpingClock } from "./jumping-clock.ts";
import { temporaryStore } from "./temporary-store.ts";

const REF = { type: "aws", instance: "default" };
const NAMES = ["access_key_id", "default_region", "secret_access_key"];

/** All fields of one generation; a mix of two is what nobody may ever see. */
const generation = (number: number): ReadonlyMap<string, Secret> =>
  new Map(NAMES.map((name) => [name, new Secret(`fake-${number}`)]));

const write = (store: string, number: number): Promise<void> =>
  writeInstance(store, REF, generation(number));

/** The values that a reader sees, each once: one generation if the instance is whole. */
async function seen(store: string, clock?: ReturnType<typeof jumpingClock>): Promise<string[]> {
  const fields = (await findCredential(store, REF, clock))?.fields ?? [];
  return [...new Set([fields.length, ...fields.map(({ content }) => content.reveal())])].map(
    String,
  );
}

const whole = (number: number): string[] => ["3", `fake-${number}`];

/** Disks and machines differ in speed, and nothing here depends on it. */
const UNHURRIED = { timeout: 120_000 };

test("readers see one generation after the other, and never a mix", UNHURRIED, async () => {
  const store = await temporaryStore({});
  await write(store, 0);
  const last = 40;
  let writing = true;
  const writer = (async () => {
    for (let number = 1; number <= last; number += 1) await write(store, number);
    writing = false;
  })();
  const reader = async (): Promise<string[][]> => {
    const sights: string[][] = [];
    while (writing) sights.push(await seen(store));
    return sights;
  };
  const sights = await Promise.all([reader(), reader(), reader()]);
  await writer;
  for (const own of sights) {
    const numbers = own.map(([, value = ""]) => Number(value.replace("fake-", "")));
    expect(own).toEqual(numbers.map(whole));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.length).toBeGreaterThan(0);
  }
  expect(await seen(store)).toEqual(whole(last));
});

test("writers of different fields do not lose each other's", async () => {
  const store = await temporaryStore({});
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      writeInstance(store, REF, new Map([[`field_${index}`, new Secret("fake")]])),
    ),
  );
  const fields = (await findCredential(store, REF))?.fields ?? [];
  expect(fields).toHaveLength(20);
  expect((await readdir(join(store, "aws"))).sort()).toEqual(["default"]);
  expect(
    (await readdir(join(store, "aws/default"))).filter((name) => name.startsWith(".")),
  ).toEqual([]);
});

describe("a writer that was killed", () => {
  /** The instance as it is at a moment of a change from generation 1 to 2: so many fields replaced of those in the note. */
  async function cutShort({ note, replaced }: { note: boolean; replaced: number }) {
    const store = await temporaryStore({});
    await write(store, 1);
    const directory = join(store, "aws/default");
    const replacements = NAMES.map((file, index) => ({
      staged: `.al-00000000000${index}.tmp`,
      file,
    }));
    for (const [index, { staged, file }] of replacements.entries()) {
      await writeFile(join(directory, index < replaced ? file : staged), "fake-2\n");
    }
    if (note) await writeFile(join(directory, ".al-commit"), JSON.stringify(replacements));
    // Process numbers end long before this one.
    const owner = { pid: 999_999_999, host: hostname() };
    await symlink(JSON.stringify(owner), join(store, "aws/.default.lock"));
    return { store, directory };
  }

  test("before its new values were complete has changed nothing, and the next writer clears up", async () => {
    const { store, directory } = await cutShort({ note: false, replaced: 0 });
    expect(await seen(store)).toEqual(whole(1));
    await write(store, 3);
    expect(await seen(store)).toEqual(whole(3));
    expect((await readdir(directory)).sort()).toEqual(NAMES);
  });

  test.each([0, 1, 2, 3])(
    "after that has changed everything, with %i of 3 fields replaced when it ended",
    async (replaced) => {
      const { store, directory } = await cutShort({ note: true, replaced });
      expect(await seen(store, jumpingClock())).toEqual(whole(2));
      expect((await readdir(directory)).sort()).toEqual(NAMES);
      expect(await readdir(dirname(directory))).toEqual(["default"]);
    },
  );

  test("is finished before the next change, which may be of one field", async () => {
    const { store, directory } = await cutShort({ note: true, replaced: 1 });
    await writeInstance(store, REF, new Map([["default_region", new Secret("fake-3")]]));
    const values = await Promise.all(NAMES.map((name) => readFile(join(directory, name), "utf8")));
    expect(values).toEqual(["fake-2\n", "fake-3\n", "fake-2\n"]);
  });

  test.each([
    ["is no JSON", "["],
    ["is no list", "{}"],
    ["moves what al has not staged", '[{"staged":"username","file":"token"}]'],
    ["leads elsewhere", '[{"staged":".al-000000000000.tmp","file":"../../outside"}]'],
  ])("left a note that %s: nothing is moved, and the note goes", async (_sentence, note) => {
    const store = await temporaryStore({
      "custom/default/token": "fake-token",
      "custom/default/username": "fake-name",
      "custom/default/.al-000000000000.tmp": "fake-staged",
      "custom/default/.al-commit": note,
    });
    const found = await findCredential(store, { type: "custom", instance: "default" });
    expect(found?.fields.map(({ content }) => content.reveal())).toEqual([
      "fake-token",
      "fake-name",
    ]);
    expect((await readdir(store, { recursive: true })).sort()).toEqual([
      "custom",
      "custom/default",
      "custom/default/token",
      "custom/default/username",
    ]);
  });

  test("but is only stopped is waited for, and then named", async () => {
    const { store } = await cutShort({ note: true, replaced: 1 });
    const owner = { pid: process.pid, host: hostname() };
    await rm(join(store, "aws/.default.lock"));
    await symlink(JSON.stringify(owner), join(store, "aws/.default.lock"));
    const said = await refusal(() => seen(store, jumpingClock()));
    expect(said.split("\n")[0]).toBe("TryAgainError, exit 75");
    expect(said).toContain(`process ${process.pid} on ${hostname()}`);
  });

  test("at any moment leaves one generation, whole", UNHURRIED, async () => {
    const store = await temporaryStore({});
    for (const reads of [0, 0, 0, 1, 1, 2, 3, 5]) {
      const child = startWriter(store);
      expect(await Promise.race([once(child.stdout, "data"), once(child, "exit")])).toEqual([
        Buffer.from("written\n"),
      ]);
      for (let count = 0; count < reads; count += 1) {
        const [fields, ...values] = await seen(store);
        expect([fields, values.length]).toEqual(["3", 1]);
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      const [fields, ...values] = await seen(store);
      expect([fields, values.length]).toEqual(["3", 1]);
    }
    await write(store, 7);
    expect(await seen(store)).toEqual(whole(7));
    expect((await readdir(store, { recursive: true })).sort()).toEqual(
      ["aws", "aws/default", ...NAMES.map((name) => `aws/default/${name}`)].sort(),
    );
  });
});

/** A process that writes generation after generation, and says so after the first; `npm test` builds what it imports. */
function startWriter(store: string) {
  const built = (path: string): string =>
    JSON.stringify(pathToFileURL(join("dist/src/credentials", path)).href);
  const script = `
    import { writeInstance } from ${built("write-instance.js")};
    import { Secret } from ${built("secret.js")};
    for (let number = 0; ; number += 1) {
      const fields = ${JSON.stringify(NAMES)}.map((name) => [name, new Secret("fake-" + number)]);
      await writeInstance(${JSON.stringify(store)}, ${JSON.stringify(REF)}, new Map(fields));
      if (number === 0) console.log("written");
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}
