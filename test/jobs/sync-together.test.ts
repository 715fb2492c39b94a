import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { ofFile, ofVariable, show, shown } from "../support/sha.ts";
import { writeFields } from "../support/store.ts";
import { copyStore, makeWorld, type World } from "../support/world.ts";

// Two machines with stores of their own, over real connections. Slow answers make their calls overlap.

const SERVICE = "google.cloud.secretmanager.v1.SecretManagerService";

let world: World;
let stores: readonly string[];
let made = 0;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  made += 1;
  stores = ["one", "two"].map((name) => copyStore(world, `together-${made}-${name}/credentials`));
  await world.control("/emulator/faults", {
    rules: ["CreateSecret", "AddSecretVersion", "UpdateSecret"].map((method) => ({
      ...{ method: `${SERVICE}.${method}`, times: 1_000, when: "after" },
      action: { delayMs: 60 },
    })),
  });
});

const FIELDS = ["id_rsa", "username", "email"].map((field) => `git_ssh/botty/${field}`);
const SHOW = show(
  ...FIELDS.map(ofFile),
  ...["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GITHUB_TOKEN"].map(ofVariable),
);

/** Every value says to which generation it belongs. */
const writeGeneration = (store: string, tag: string): void =>
  writeFields(store, {
    "git_ssh/botty/id_rsa": `fake key of ${tag}`,
    "git_ssh/botty/username": `fake name of ${tag}`,
    "git_ssh/botty/email": `fake mail of ${tag}`,
    "github_token/default/token": `fake token of ${tag}`,
  });

/** What an agent prints that finds one generation, and nothing of any other. */
const seenOf = (tag: string): string =>
  shown(
    ...[`fake key of ${tag}\n`, `fake name of ${tag}`, `fake mail of ${tag}`],
    ...[`fake name of ${tag}`, `fake mail of ${tag}`, `fake token of ${tag}`],
  );

const project = (): string =>
  world.project(agent(SHOW, 'credentials = ["github_token", "git_ssh:botty"]'));

/** Both run at once. */
const runBoth = (path: string) =>
  Promise.all(
    stores.map((store) => world.al(run(path), { variables: { AL_CREDENTIALS_DIR: store } })),
  );

type Kept = {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly versions: readonly unknown[];
};

const kept = async (): Promise<readonly Kept[]> =>
  ((await world.state()) as { secrets: readonly Kept[] }).secrets;

/** What was reported as superfluous, as secret → how often. */
const reported = (texts: readonly string[]): Record<string, number> => {
  const ids = texts.flatMap((text) =>
    [...text.matchAll(/version \d+ of (\S+) is superfluous/g)].map(([, id]) => id ?? ""),
  );
  return Object.fromEntries(ids.map((id) => [id, ids.filter((other) => other === id).length]));
};

/** How many versions each secret has more than it needs for so many generations. */
const superfluous = async (generations: number): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await kept()).flatMap(({ name, versions }) => {
      const id = name.split("/").at(-1) ?? "";
      const needed = generations * (id.endsWith("--_files") ? FIELDS.length : 1);
      return versions.length === needed ? [] : [[id, versions.length - needed]];
    }),
  );

/** Every number that is annotated on the directory, and for which field. */
const annotated = async (): Promise<string[]> => {
  const directory = (await kept()).find(({ name }) => name.endsWith("--_files"));
  return Object.values(
    JSON.parse(directory?.annotations["al-files"] ?? "{}") as Record<string, string>,
  ).sort();
};

const TIMEOUT_MS = 120_000;

describe("two machines that sync and run at once: each agent finds its own store's values, no note is lost, what is superfluous is reported", () => {
  test.each<[sentence: string, tags: readonly string[], generations: number]>([
    ["equal values", ["a", "a"], 1],
    ["different values", ["a", "b"], 2],
  ])(
    "%s",
    async (_sentence, tags, generations) => {
      const path = project();
      for (const [index, store] of stores.entries()) writeGeneration(store, tags[index] ?? "");
      const ran = await runBoth(path);
      const stderr = ran.map((each) => each.stderr);
      expect(
        ran.map(({ code, stdout }) => ({ code, stdout })),
        stderr.join("\n"),
      ).toEqual(tags.map((tag) => ({ code: 0, stdout: seenOf(tag) })));
      expect(reported(stderr)).toEqual(await superfluous(generations));
      const names = ["email", "id_rsa", "username"];
      expect(await annotated()).toEqual(
        names.flatMap((name) => Array.from({ length: generations }, () => name)),
      );
    },
    TIMEOUT_MS,
  );

  test(
    "while both rotate every field, three times over, no agent finds a mix of two generations",
    async () => {
      const path = project();
      for (const generation of [1, 2, 3]) {
        const tags = stores.map((_store, index) => `machine ${index} generation ${generation}`);
        for (const [index, store] of stores.entries()) writeGeneration(store, tags[index] ?? "");
        const ran = await runBoth(path);
        expect(
          ran.map(({ code, stdout }) => ({ code, stdout })),
          ran.map(({ stderr }) => stderr).join("\n"),
        ).toEqual(tags.map((tag) => ({ code: 0, stdout: seenOf(tag) })));
      }
      expect(await superfluous(6)).toEqual({});
    },
    TIMEOUT_MS,
  );
});
