import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { PLAIN_VALUES, SECRET_VALUES, writeFields } from "../support/store.ts";
import { copyStore, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const sha = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

const SHOW = agent(
  "sha256sum < /credentials/github_token/default/token | cut -c1-8; sha256sum < /credentials/git_ssh/botty/username | cut -c1-8",
  'credentials = ["github_token", "git_ssh:botty"]',
);

test("two first runs at once each see their own store's values", async () => {
  const project = world.project(SHOW);
  const other = copyStore(world, "other-store");
  writeFields(other, {
    "github_token/default/token": "ghp_anotherAnotherAnotherAnother00000009",
    "git_ssh/botty/username": "Other",
  });
  const variables = { AL_CREDENTIALS_DIR: other };
  const results = await Promise.all([
    world.al(run(project)),
    world.al(run(project), { variables }),
    world.al(run(project)),
  ]);
  const seen = (token: string, name: string) => ({
    code: 0,
    stdout: `${sha(token)}\n${sha(name)}\n`,
  });
  const mine = seen(
    SECRET_VALUES["github_token/default/token"],
    PLAIN_VALUES["git_ssh/botty/username"],
  );
  const theirs = seen("ghp_anotherAnotherAnotherAnother00000009", "Other");
  expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual([mine, theirs, mine]);
  // And again, now that both are in the cloud: nothing is written, and nobody gets the other's.
  const { length } = await world.calls();
  const again = await Promise.all([world.al(run(project), { variables }), world.al(run(project))]);
  expect(again.map(({ code, stdout }) => ({ code, stdout }))).toEqual([theirs, mine]);
  const writes = (await world.calls(length)).filter(({ method }) =>
    /(Create|Add|Update)[A-Z]/.test(method),
  );
  expect(writes).toEqual([]);
});

test("a changed value is used by the next run, and costs a version of each of its secrets", async () => {
  const project = world.project(SHOW);
  const store = copyStore(world, "rotating-store");
  const variables = { AL_CREDENTIALS_DIR: store };
  const before = await world.al(run(project), { variables });
  writeFields(store, { "git_ssh/botty/username": "Renamed" });
  const { length } = await world.calls();
  const after = await world.al(run(project), { variables });
  expect(before.stdout.split("\n")[0]).toBe(after.stdout.split("\n")[0]);
  expect(before.stdout).not.toBe(after.stdout);
  const writes = (await world.calls(length))
    .map(({ method, resource }) => `${method.split(".").at(-1)} ${resource.split("/").at(-1)}`)
    .filter((call) => /^(Create|Add|Update)/.test(call) && !call.startsWith("CreateJob"));
  expect(writes.sort()).toEqual([
    "AddSecretVersion al--git_ssh--botty--_files",
    "AddSecretVersion al--git_ssh--botty--username",
    "UpdateSecret al--git_ssh--botty--_files",
  ]);
});

test("no value that is declared secret is in any output, spec, override, journal or file outside the store", async () => {
  const project = world.project(
    agent(
      'env; cat /credentials/*/*/*; find / -name "*fake*" 2>/dev/null; exit 3',
      'credentials = ["github_token", "git_ssh:botty", "aws"]\nmodels = ["m"]',
    ),
    `[models.m]\nprovider = "anthropic"\n[cloud]\nregion = "us-central1"\nservice_account = "al-runner@demo-project.iam.gserviceaccount.com"\n`,
  );
  const stranger = world.project(
    agent("true", 'credentials = ["github_token"]'),
    `[cloud]\nregion = "us-central1"\nservice_account = "al-runner@demo-project.iam.gserviceaccount.com"\nsecret_prefix = "stranger"\n`,
  );
  const commands = [
    [...run(project), "--dry-run", "--verbose"],
    [...run(project), "--dry-run", "--json", "--verbose"],
    [...run(project), "--verbose"],
    [...run(project), "--json", "--verbose"],
    [...run(project), "--detach", "--json", "--verbose"],
    [...run(stranger), "--verbose"],
    [...run(project), `use ${SECRET_VALUES["github_token/default/token"]}`, "--verbose"],
    ["run", "nobody", "--runtime", "cloudrun", "-p", project, "--verbose"],
  ];
  const outputs: string[] = [];
  for (const command of commands) {
    const { code, stdout, stderr } = await world.al(command);
    outputs.push(`${code}`, stdout, stderr);
  }
  const everything = [
    ...outputs,
    JSON.stringify(await world.calls()),
    JSON.stringify(await world.state()),
    ...filesOutside(world),
  ].join("\n");
  const keyLines = world.privateKey
    .split("\n")
    .filter((line) => line.length > 8 && !line.startsWith("--"));
  const values = [...Object.values(SECRET_VALUES), ...keyLines];
  const forms = values.flatMap((value) => [value, Buffer.from(value).toString("base64")]);
  expect(forms.filter((form) => everything.includes(form))).toEqual([]);
  expect(outputs.filter((_, index) => index % 3 === 0)).toEqual([
    "0",
    "0",
    "3",
    "3",
    "0",
    "77",
    "65",
    "64",
  ]);
});

/** Every file of the test's directory but the store itself. */
function filesOutside({ directory, store }: World): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => !path.startsWith(`${store}/`) && !/-store\//.test(path) && existsSync(path))
    .flatMap((path) => {
      try {
        return [readFileSync(path, "utf8")];
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EISDIR") return [];
        throw error;
      }
    });
}
