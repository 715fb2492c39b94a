import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { SECRET_VALUES, writeFields } from "../support/store.ts";
import { type AlOptions, CLOUD_TOML, makeWorld, type World } from "../support/world.ts";

// Values of credentials where a person wrote them, through the whole product. Nothing is started here.

const TOKEN = SECRET_VALUES["github_token/default/token"];
const WEAK = { "reddit_oauth/default/client_secret": "fake_secret_0007" };
const LIST = 'credentials = ["github_token", "reddit_oauth", "custom_place"]';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  writeFields(world.store, {
    ...WEAK,
    "reddit_oauth/default/password": "password",
    "custom_place/default/project": "demo-project",
    "custom_place/default/image": "host.local/agent:latest",
  });
});
afterAll(() => world.close());

const project = (more = "", cloud = ""): string =>
  world.project(`${agent("true", LIST)}${more}`, `${CLOUD_TOML}${cloud}`);
const keyFile = (): string => readFileSync(world.emulator.keyFile, "utf8");

/** A project whose agent is called so; it is a directory's name. */
function projectOf(name: string): string {
  const directory = project();
  renameSync(join(directory, "agents/it"), join(directory, "agents", name));
  return directory;
}

type Attempt = () => { args: string[]; options?: AlOptions };

const ATTEMPTS: readonly (readonly [where: string, arrange: Attempt])[] = [
  ["The prompt", () => ({ args: run(project(), `use ${TOKEN} now`) })],
  [
    "The prompt",
    () => ({ args: run(project(), `Basic ${Buffer.from(`me:${TOKEN}`).toString("base64")}`) }),
  ],
  ["The prompt", () => ({ args: run(project(), "-"), options: { stdin: keyFile() } })],
  ["The prompt", () => ({ args: run(project(), "about demo-project") })],
  ["[cloudrun.env] MINE", () => ({ args: run(project(`[cloudrun.env]\nMINE = "${TOKEN}"\n`)) })],
  ["A name in [cloudrun.env]", () => ({ args: run(project(`[cloudrun.env]\n${TOKEN} = "1"\n`)) })],
  // It would not be a legal label, either: that message would quote it.
  ["[cloud.labels] team", () => ({ args: run(project("", `labels = { team = "${TOKEN}" }\n`)) })],
  ["A key in [cloud.labels]", () => ({ args: run(project("", `labels = { ${TOKEN} = "1" }\n`)) })],
  ["[cloud] memory", () => ({ args: run(project("", `memory = "${TOKEN}"\n`)) })],
  [
    "The agent's name",
    () => ({
      args: [
        ...["run", "x-fake_secret_0007", "--runtime", "cloudrun"],
        ...["-p", projectOf("x-fake_secret_0007")],
      ],
    }),
  ],
];

describe("refused as the person's error, without a word of the value", () => {
  test.each(ATTEMPTS)("%s", async (where, arrange) => {
    const { args, options } = arrange();
    const { length } = await world.calls();
    const { code, stdout, stderr } = await world.al(args, options);
    expect({ code, stdout, calls: (await world.calls(length)).length }).toEqual({
      code: 65,
      stdout: "",
      calls: 0,
    });
    expect(stderr).toContain(`error: ${where} contains the value of a credential\n`);
    expect(stderr).not.toMatch(/ghp_fake|fake_secret|PRIVATE KEY|private_key/);
  });
});

test("a weak password and values of an unknown type are no obstacle where only names are sent", async () => {
  const { code, stderr } = await world.al(run(project(), "--dry-run"));
  expect({ code, errors: stderr.match(/^error:.*/gm) }).toEqual({ code: 0, errors: null });
});
