import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedOf } from "../support/any-store.ts";
import { FakeSecretManager } from "../support/fake-secret-manager.ts";
import { Interleaver } from "../support/interleaver.ts";
import { type Files, type Synced, SyncMachine, seenByAgent } from "../support/sync-machine.ts";
import { inTemporaryDirectory } from "../support/temporary-directory.ts";

// Two machines sync at the same time; whose call takes effect when, and whose answer arrives when, is any order at all.

const REFS = ["github_token", "git_ssh:botty"];
const START: Files = {
  "github_token/default/token": "start token",
  "git_ssh/botty/id_rsa": "start key",
  "git_ssh/botty/username": "start name",
  "git_ssh/botty/email": "start mail",
};

/** What a machine's store holds after the rotation of every field. */
const rotated = (tag: string): Files =>
  Object.fromEntries(Object.keys(START).map((path) => [path, `${tag} ${path}`]));

type Race = {
  readonly fake: FakeSecretManager;
  readonly machines: readonly [SyncMachine, SyncMachine];
  readonly stores: readonly [Files, Files];
};

async function prepare(
  directory: string,
  { before, stores }: { before: Files | undefined; stores: readonly [Files, Files] },
): Promise<Race> {
  const fake = new FakeSecretManager();
  const machine = async (name: string, region: string): Promise<SyncMachine> => {
    mkdirSync(join(directory, name));
    const made = new SyncMachine(fake, join(directory, name), { region });
    if (before !== undefined) {
      await made.write(before);
      await made.sync(REFS);
    }
    return made;
  };
  const machines = [
    await machine("one", "us-central1"),
    await machine("two", "europe-west1"),
  ] as const;
  await machines[0].write(stores[0]);
  await machines[1].write(stores[1]);
  return { fake, machines, stores };
}

/** Lets both run until both have ended; the seed says in which order their calls take effect and are answered. */
async function raced({ fake, machines }: Race, seed: number): Promise<Synced[]> {
  const orderly = fake.around;
  const interleaver = new Interleaver(seed);
  fake.around = interleaver.around;
  const done = await interleaver.all(machines.map((machine) => () => machine.sync(REFS)));
  fake.around = orderly;
  return done;
}

/** How many versions of a secret there are beside one for each field and value that any store ever held. */
function superfluous(fake: FakeSecretManager, stores: readonly Files[]): Record<string, number> {
  const wanted = new Set(
    stores.flatMap((files) => Object.entries(files).map((entry) => entry.join("="))),
  );
  return Object.fromEntries(
    fake.ids().flatMap((id) => {
      const [, type, instance, field] = id.split("--");
      const start = `${type}/${instance}/${field === "_files" ? "" : `${field}=`}`;
      const needed = [...wanted].filter((each) => each.startsWith(start)).length;
      const more = fake.contents(id).length - needed;
      return more === 0 ? [] : [[id, more]];
    }),
  );
}

/** What the directory's annotation says of the versions that the job mounts, and which regions the secrets name. */
const notesOf = (fake: FakeSecretManager) => ({
  regions: [...new Set(fake.ids().map((id) => fake.annotationsOf(id)["al-regions"]))],
  files: Object.entries(
    JSON.parse(fake.annotationsOf("al--git_ssh--botty--_files")["al-files"] ?? "{}") as Record<
      string,
      string
    >,
  ).map(
    ([version, field]) =>
      `${field}: ${fake.content("al--git_ssh--botty--_files", version)?.trim()}`,
  ),
});

const pinnedFiles = (files: Files): string[] =>
  Object.entries(files).flatMap(([path, text]) => {
    const [type, , field] = path.split("/");
    return type === "git_ssh" ? [`${field}: ${text}`] : [];
  });

/** How often each secret was reported to hold a superfluous version. */
const reported = (done: readonly Synced[]): Record<string, number> => {
  const ids = done
    .flatMap(({ warnings }) => warnings)
    .map((text) => /version \d+ of (\S+) is superfluous/.exec(text)?.[1] ?? text);
  return Object.fromEntries(ids.map((id) => [id, ids.filter((other) => other === id).length]));
};

/** Both sync once more: the jobs stay, and the calls that it took. */
async function again({ fake, machines }: Race) {
  const calls = fake.calls.length;
  const done = [await machines[0].sync(REFS), await machines[1].sync(REFS)];
  const made = fake.calls.slice(calls).map(({ method }) => method);
  const writes = made.filter((method) => /^(create|add|update)/.test(method));
  return { jobs: done.map(({ job }) => job), writes, calls: made };
}

const inAnyOrder = (check: (directory: string, seed: number) => Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.nat(), (seed) =>
      inTemporaryDirectory((directory) => check(directory, seed)),
    ),
    { numRuns: 15, endOnFailure: true },
  );

const TIMEOUT_MS = 90_000;

describe("two machines at once: each job gets its own store's values, no note is lost, what is superfluous is reported, and then there is nothing to do", () => {
  test.each<[sentence: string, before: Files | undefined, stores: readonly [Files, Files]]>([
    ["first sync, equal values", undefined, [START, START]],
    ["first sync, different values", undefined, [rotated("a"), rotated("b")]],
    ["rotation to equal values", START, [rotated("a"), rotated("a")]],
    ["rotation to different values", START, [rotated("a"), rotated("b")]],
    ["one rotates and the other does not", START, [rotated("a"), START]],
    [
      "rotation of different fields",
      START,
      [
        { ...START, "git_ssh/botty/id_rsa": "a key" },
        { ...START, "git_ssh/botty/email": "b mail" },
      ],
    ],
  ])(
    "%s",
    (_sentence, before, stores) =>
      inAnyOrder(async (directory, seed) => {
        const race = await prepare(directory, { before, stores });
        const done = await raced(race, seed);
        const jobs = done.map(({ job }) => job);
        const notes = notesOf(race.fake);
        expect({ seen: jobs.map((job) => seenByAgent(job, race.fake)), ...notes }).toEqual({
          seen: stores.map((files) => expectedOf(REFS, files)),
          regions: ["europe-west1,us-central1"],
          files: expect.arrayContaining(stores.flatMap(pinnedFiles)),
        });
        expect(reported(done)).toEqual(
          superfluous(race.fake, [...stores, ...(before === undefined ? [] : [before])]),
        );
        expect(await again(race)).toMatchObject({ jobs, writes: [] });
        expect(await again(race)).toEqual({ jobs, writes: [], calls: [] });
      }),
    TIMEOUT_MS,
  );
});

test(
  "two machines at once whose fields hold the same: each job gets its own store's values, and it comes to rest",
  () =>
    inAnyOrder(async (directory, seed) => {
      const same = { "git_ssh/botty/username": "same", "git_ssh/botty/email": "same" };
      const stores = [
        { ...START, ...same },
        { ...START, ...same, "git_ssh/botty/id_rsa": "another key" },
      ] as const;
      const race = await prepare(directory, { before: undefined, stores });
      const done = await raced(race, seed);
      expect(done.map(({ job }) => seenByAgent(job, race.fake))).toEqual(
        stores.map((files) => expectedOf(REFS, files)),
      );
      const { jobs } = await again(race);
      expect(jobs.map((job) => seenByAgent(job, race.fake))).toEqual(
        stores.map((files) => expectedOf(REFS, files)),
      );
      expect(await again(race)).toEqual({ jobs, writes: [], calls: [] });
    }),
  TIMEOUT_MS,
);
