import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CREDENTIAL_TYPES } from "../../src/credentials/types.ts";
import { agent, run } from "../support/agents.ts";
import { writeFields } from "../support/store.ts";
import { copyStore, makeWorld, type World } from "../support/world.ts";

// What a sync costs in calls to Secret Manager, by the emulator's journal.

let world: World;
let variables: Record<string, string>;
let stores = 0;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  stores += 1;
  variables = { AL_CREDENTIALS_DIR: copyStore(world, `calls-${stores}/credentials`) };
});

const store = (): string => variables.AL_CREDENTIALS_DIR ?? "";

const listing = (refs: readonly string[]): string =>
  world.project(agent("true", `credentials = ${JSON.stringify(refs)}`));

/** Short names of the calls to Secret Manager that a command makes, in order. */
async function callsOf(args: readonly string[]): Promise<string[]> {
  const before = (await world.calls()).length;
  const { code, stderr } = await world.al(args, { variables });
  if (code !== 0) throw new Error(stderr);
  return (await world.calls(before))
    .filter(({ method }) => method.includes("SecretManagerService"))
    .map(({ method }) => method.split(".").at(-1) ?? "");
}

/** So much later that no list lags behind. */
const later = (): Promise<void> => world.control("/emulator/clock", { advanceMs: 3_600_000 });

const sync = (project: string): Promise<string[]> =>
  callsOf(["secrets", "sync", "it", "-p", project]);

const READS = /^(Get|List|Access)/;

const TYPES = CREDENTIAL_TYPES.filter(({ section }) => section !== "infrastructure");

const fieldsOf = (refs: readonly string[]): number =>
  refs.reduce((sum, ref) => {
    const type = CREDENTIAL_TYPES.find(({ id }) => ref.startsWith(`${id}:`));
    return sum + (type?.fields.length ?? 0);
  }, 0);

describe("a first sync of F fields in C credentials takes at most 3F + 2C + 1 calls, and a second none", () => {
  test.each<[sentence: string, refs: readonly string[]]>([
    ["one credential with one field", ["github_token:all"]],
    ["one with three", ["git_ssh:all"]],
    ["one with five", ["x_twitter_api:all"]],
    ["two of one type and one of another", ["github_token:all", "github_token:more", "aws:all"]],
    ["everything that an agent can list", TYPES.map(({ id }) => `${id}:all`)],
  ])("%s", async (_sentence, refs) => {
    for (const { id, fields } of TYPES) {
      for (const { name } of fields) {
        writeFields(store(), {
          [`${id}/all/${name}`]: `fake-${id}-${name}-0000`,
          [`${id}/more/${name}`]: `fake-${id}-${name}-more`,
        });
      }
    }
    const project = listing(refs);
    const first = await sync(project);
    expect(first.length).toBeLessThanOrEqual(3 * fieldsOf(refs) + 2 * refs.length + 1);
    expect(await sync(project)).toEqual([]);
  });
});

describe("a changed field costs at most four calls, however often it changes", () => {
  const TOKEN = "github_token/default/token";
  const NAME = "git_ssh/botty/username";

  test.each<[sentence: string, changes: Readonly<Record<string, string>>[]]>([
    [
      "the only field of its credential",
      [{ [TOKEN]: "fake-token-b" }, { [TOKEN]: "fake-token-c" }, { [TOKEN]: "fake-token-d" }],
    ],
    ["and back to the value before", [{ [TOKEN]: "fake-token-b" }, { [TOKEN]: "fake-token-a" }]],
    [
      "one of several fields",
      [{ [NAME]: "fake name b" }, { [NAME]: "fake name c" }, { [NAME]: "fake name d" }],
    ],
    ["one of several and back", [{ [NAME]: "fake name b" }, { [NAME]: "fake name a" }]],
    [
      "one of several and then another",
      [{ [NAME]: "fake name b" }, { "git_ssh/botty/email": "b@example.com" }],
    ],
  ])("%s", async (_sentence, changes) => {
    writeFields(store(), { [TOKEN]: "fake-token-a", [NAME]: "fake name a" });
    const project = listing(["github_token", "git_ssh:botty"]);
    await sync(project);
    await later();
    for (const change of changes) {
      writeFields(store(), change);
      const calls = await sync(project);
      expect(calls.length, calls.join(", ")).toBeLessThanOrEqual(4);
      expect(await sync(project)).toEqual([]);
    }
  });

  test.each([
    ["the only field of its credential", TOKEN, "fake-token-b"],
    ["one of several fields", NAME, "fake name b"],
  ])("in a whole run, too: %s", async (_sentence, field, value) => {
    const project = listing(["github_token", "git_ssh:botty", "aws:more"]);
    writeFields(store(), { "aws/more/access_key_id": "fake-id", "aws/more/default_region": "eu" });
    await callsOf(run(project));
    await later();
    writeFields(store(), { [field]: value });
    const calls = await callsOf(run(project));
    expect(calls.length, calls.join(", ")).toBeLessThanOrEqual(4);
  });

  test("a value that was in use before is not stored again", async () => {
    const project = listing(["github_token"]);
    await sync(project);
    writeFields(store(), { [TOKEN]: "fake-token-b" });
    await sync(project);
    writeFields(store(), { [TOKEN]: "ghp_fakeFakeFakeFakeFakeFakeFakeFake0001" });
    expect((await sync(project)).filter((call) => !READS.test(call))).toEqual([]);
  });
});

describe("what this machine remembers", () => {
  const forget = async (): Promise<void> => {
    rmSync(join(store(), "../cloud-run-state"), { recursive: true, force: true });
    await later();
  };

  test("is lost: the next sync only reads, and the one after it asks nothing", async () => {
    const project = listing(["github_token", "git_ssh:botty"]);
    await sync(project);
    await forget();
    const calls = await sync(project);
    expect(calls.filter((call) => !READS.test(call))).toEqual([]);
    expect(await sync(project)).toEqual([]);
  });

  test("is lost after rotations: a later rotation stores the new value and nothing twice", async () => {
    const project = listing(["github_token", "git_ssh:botty"]);
    await sync(project);
    writeFields(store(), { "git_ssh/botty/username": "fake name b" });
    await sync(project);
    await forget();
    await sync(project);
    writeFields(store(), { "git_ssh/botty/email": "c@example.com" });
    const writes = (await sync(project)).filter((call) => !READS.test(call));
    expect(writes.sort()).toEqual(["AddSecretVersion", "AddSecretVersion", "UpdateSecret"]);
  });

  test("does not go along with a copied store: its first sync reads, and then it asks nothing", async () => {
    const project = listing(["github_token", "git_ssh:botty"]);
    await sync(project);
    stores += 1;
    variables = { AL_CREDENTIALS_DIR: copyStore(world, `calls-${stores}/credentials`) };
    await later();
    const calls = await sync(project);
    expect(calls.filter((call) => !READS.test(call))).toEqual([]);
    expect(await sync(project)).toEqual([]);
  });
});

describe("al run", () => {
  test("asks Secret Manager nothing where nothing changed", async () => {
    const project = listing(["github_token", "git_ssh:botty"]);
    await callsOf(run(project));
    expect(await callsOf(run(project))).toEqual([]);
  });

  test("of a second agent with the same credentials makes one list", async () => {
    await callsOf(run(listing(["github_token", "git_ssh:botty"])));
    const other = world.project(
      agent("true", 'credentials = ["github_token", "git_ssh:botty"]\ntimeout = 60'),
    );
    expect(await callsOf(run(other))).toEqual(["ListSecrets"]);
  });
});
