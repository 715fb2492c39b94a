import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { agent } from "../support/agents.ts";
import { foreignSecrets, makeForeignSecrets } from "../support/foreign.ts";
import { valuesOf } from "../support/rest.ts";
import { writeFields } from "../support/store.ts";
import { makeWorld } from "../support/world.ts";

// Whatever goes wrong at whichever call of a sync: in the end the cloud holds what it holds when nothing goes wrong. The calls are those that a
// clean sync makes, by the journal.

const SERVICE = "google.cloud.secretmanager.v1.SecretManagerService";

const world = await makeWorld();
afterAll(() => world.close());
const project = world.project(agent("true", 'credentials = ["github_token", "custom:x"]'));
const store = join(world.directory, "faults/credentials");

const START = {
  "github_token/default/token": "fake-token-a",
  "custom/x/a": "fake-a",
  "custom/x/b": "fake-b",
};

const sync = () =>
  world.al(["secrets", "sync", "it", "-p", project], {
    variables: { AL_CREDENTIALS_DIR: store },
    speed: 100,
  });

type Fields = Readonly<Record<string, string>>;

const KEY = "gcp_service_account/default/key_json";

/** A new Google, in which the store was synced unless this is the first time, and then holds `next`. */
async function prepare(before: Fields | undefined, next: Fields): Promise<void> {
  await world.control("/emulator/reset", {});
  rmSync(join(world.directory, "faults"), { recursive: true, force: true });
  writeFields(store, { [KEY]: readFileSync(join(world.store, KEY), "utf8") });
  await makeForeignSecrets(world);
  if (before !== undefined) {
    writeFields(store, before);
    const { code, stderr } = await sync();
    if (code !== 0) throw new Error(stderr);
    // Lists tell of all of it by now, so that a clean sync makes the same calls however quick the machine is.
    await world.control("/emulator/clock", { advanceMs: 1_000 });
  }
  writeFields(store, next);
}

type Secret = {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
};

/** Every secret of al's with its notes and all that its versions hold. */
async function stored(): Promise<Record<string, unknown>> {
  const { secrets = [] } = await world.state();
  const ours = (secrets as Secret[]).filter(({ name }) => name.includes("/secrets/al--"));
  const entries = ours.map(async ({ name, annotations }) => {
    const id = name.split("/").at(-1) ?? "";
    return [id, { annotations, values: await valuesOf(world, id) }] as const;
  });
  return Object.fromEntries((await Promise.all(entries)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const FAULTS = [
  ["UNAVAILABLE before it took effect", { when: "before", action: { status: "UNAVAILABLE" } }],
  ["UNAVAILABLE after it took effect", { when: "after", action: { status: "UNAVAILABLE" } }],
  ["cut off before it took effect", { when: "before", action: { reset: true } }],
  ["cut off after it took effect", { when: "after", action: { reset: true } }],
  // After it took effect would be a lie: a quota refuses before anything happens.
  ["a quota used up", { when: "before", action: { status: "RESOURCE_EXHAUSTED" } }],
] as const;

/** One row for every call, every fault, once and twice in a row. */
function rowsOf(calls: readonly string[]) {
  return calls.flatMap((method, index) => {
    const nth = calls.slice(0, index + 1).filter((other) => other === method).length;
    return FAULTS.flatMap(([sentence, fault]) =>
      [1, 2].map(
        (times) =>
          [
            `${method} ${nth}: ${sentence}${times === 2 ? ", twice in a row" : ""}`,
            { method: `${SERVICE}.${method}`, nth, times, ...fault },
          ] as const,
      ),
    );
  });
}

const SYNCS: readonly (readonly [sentence: string, before: Fields | undefined, next: Fields])[] = [
  ["a first sync", undefined, START],
  ["the rotation of an only field", START, { "github_token/default/token": "fake-token-b" }],
  ["the rotation of one of several fields", START, { "custom/x/a": "fake-a-b" }],
];

for (const [sentence, before, next] of SYNCS) {
  await prepare(before, next);
  const first = (await world.calls()).length;
  const clean = await sync();
  if (clean.code !== 0) throw new Error(clean.stderr);
  const calls = (await world.calls(first))
    .filter(({ method }) => method.startsWith(SERVICE))
    .map(({ method }) => method.split(".").at(-1) ?? "");
  const expected = { ours: await stored(), foreign: await shapesOfForeign() };

  describe(`${sentence} ends with what a clean one stores, nothing more and nothing else`, () => {
    test.each(rowsOf(calls))("%s", async (_sentence, rule) => {
      await prepare(before, next);
      await world.control("/emulator/faults", { rules: [rule] });
      const hurt = await sync();
      await world.control("/emulator/faults", { rules: [] });
      const repaired = await sync();
      expect({ codes: [hurt.code, repaired.code] }, hurt.stderr).toEqual({ codes: [0, 0] });
      expect({ ours: await stored(), foreign: await shapesOfForeign() }).toEqual(expected);
      const settled = (await world.calls()).length;
      await sync();
      expect(await world.calls(settled)).toEqual([]);
    });
  });
}

/** Without the times and etags, which differ from one Google to the next. */
async function shapesOfForeign(): Promise<unknown> {
  return JSON.parse(
    JSON.stringify(await foreignSecrets(world), (key, value) =>
      key === "createTime" || key === "etag" ? undefined : value,
    ),
  );
}
