import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { writeFields } from "../support/store.ts";
import { CLOUD_TOML, copyStore, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const project = () =>
  world.project(agent("true", 'credentials = ["github_token", "git_ssh:botty"]'));

/** Job ids end in a hash over the project's path-free spec, but today's date is in listings. */
const stable = (text: string): string =>
  text.replace(/al-it-[0-9a-f]{8}/g, "al-it-<hash>").replace(/\d{4}-\d\d-\d\d/g, "<day>");

describe("al secrets ls", () => {
  test("says that there is nothing", async () => {
    expect(await world.al(["secrets", "ls", "-p", project()])).toMatchObject({
      code: 0,
      stdout: "No secrets of al's in demo-project.\n",
    });
  });

  test("shows what is stored for whom, what is in use, and what is billed", async () => {
    const path = project();
    await world.al(run(path));
    const { stdout } = await world.al(["secrets", "ls", "-p", path]);
    expect(stable(stdout)).toMatchInlineSnapshot(`
      "git_ssh:botty
        al--git_ssh--botty--_files  3 billed; in use: version 3 since <day> by al-it-<hash>; version 2 since <day> by al-it-<hash>; version 1 since <day> by al-it-<hash>
        al--git_ssh--botty--email  1 billed; in use: version 1 since <day> by al-it-<hash>
        al--git_ssh--botty--id_rsa  1 billed; not in use
        al--git_ssh--botty--username  1 billed; in use: version 1 since <day> by al-it-<hash>
      github_token
        al--github_token--default--token  1 billed; in use: version 1 since <day> by al-it-<hash>
      5 secrets, 7 billed versions
      "
    `);
  });

  test("shows a rotated value's old version as billed, and in use while its job is there", async () => {
    const path = project();
    const variables = { AL_CREDENTIALS_DIR: copyStore(world, "ls-store") };
    await world.al(run(path), { variables });
    writeFields(variables.AL_CREDENTIALS_DIR, {
      "github_token/default/token": "ghp_rotatedRotatedRotated000004",
    });
    await world.al(run(path), { variables });
    const { stdout } = await world.al(["secrets", "ls", "-p", path, "--json"], { variables });
    const token = JSON.parse(stdout).find(
      ({ credential }: { credential: string }) => credential === "github_token",
    );
    expect(token).toEqual({
      credential: "github_token",
      secret: "al--github_token--default--token",
      billed: 2,
      versions: ["2", "1"].map((number) => ({
        number,
        state: "ENABLED",
        createdAt: expect.stringMatching(/^\d{4}-/),
        inUseSince: expect.stringMatching(/^\d{4}-/),
        jobs: [expect.stringMatching(/^al-it-/)],
      })),
    });
  });
});

describe("al secrets sync", () => {
  test("writes what a run would write and starts nothing; again, it writes nothing", async () => {
    const path = project();
    const dry = await world.al(["secrets", "sync", "it", "-p", path, "--dry-run"]);
    const first = await world.al(["secrets", "sync", "it", "-p", path]);
    const second = await world.al(["secrets", "sync", "it", "-p", path]);
    const lines = (word: string) =>
      [
        "github_token--default--token",
        "git_ssh--botty--email",
        "git_ssh--botty--id_rsa",
        "git_ssh--botty--username",
        "git_ssh--botty--_files",
      ]
        .map((id) => `${word.padEnd(11)}  al--${id}\n`)
        .join("");
    expect([dry.stdout, first.stdout, second.stdout]).toEqual([
      lines("create"),
      lines("create"),
      lines("unchanged"),
    ]);
    expect((await world.calls()).filter(({ method }) => /RunJob|CreateJob/.test(method))).toEqual(
      [],
    );
  });
});

test("al secrets sync --json tells the versions, and --dry-run a name that somebody else took", async () => {
  const path = world.project(agent("true", 'credentials = ["github_token"]'));
  const taken = world.project(
    agent("true", 'credentials = ["github_token"]'),
    `${CLOUD_TOML}\nsecret_prefix = "taken"\n`,
  );
  await fetch(
    `${world.emulator.url}/v1/projects/demo-project/secrets?secretId=taken--github_token--default--token`,
    {
      method: "POST",
      headers: { authorization: "Bearer owner", "content-type": "application/json" },
      body: JSON.stringify({ replication: { automatic: {} } }),
    },
  );
  const sync = (project: string, ...flags: readonly string[]) =>
    world.al(["secrets", "sync", "it", "-p", project, "--json", ...flags]);
  const [planned, done, again, refused] = [
    await sync(path, "--dry-run"),
    await sync(path),
    await sync(path),
    await sync(taken, "--dry-run"),
  ];
  expect(
    [planned, done, again, refused].map(({ code, stdout }) => {
      const { secrets, dryRun } = JSON.parse(stdout);
      return [code, dryRun, secrets[0].action, secrets[0].versions.token];
    }),
  ).toEqual([
    [0, true, "create", null],
    [0, false, "create", "1"],
    [0, false, "unchanged", "1"],
    [78, true, "conflict", null],
  ]);
});

describe("al secrets rm", () => {
  test("removes the copies of one credential and the idle jobs that use them; the next run makes both again", async () => {
    const path = project();
    await world.al(run(path));
    const removed = await world.al(["secrets", "rm", "git_ssh:botty", "--yes", "-p", path]);
    expect({ code: removed.code, stdout: stable(removed.stdout) }).toEqual({
      code: 0,
      stdout: `removed  secret al--git_ssh--botty--_files
removed  secret al--git_ssh--botty--email
removed  secret al--git_ssh--botty--id_rsa
removed  secret al--git_ssh--botty--username
removed  job al-it-<hash>
`,
    });
    expect((await world.al(run(path))).code).toBe(0);
  });

  test("is refused while a run uses them", async () => {
    const path = world.project(
      agent("trap 'exit 0' TERM; while :; do sleep 0.1; done", 'credentials = ["github_token"]'),
    );
    await world.al(run(path, "--detach"));
    const { code, stderr } = await world.al(["secrets", "rm", "github_token", "--yes", "-p", path]);
    expect(code).toBe(75);
    expect(stderr).toContain("A run uses the copies of github_token: al-it-");
  });

  test("is refused when a run was started after the first look", async () => {
    const script = '[ -z "$PROMPT" ] || { trap "exit 0" TERM; while :; do sleep 0.1; done; }';
    const path = world.project(agent(script, 'credentials = ["github_token"]'));
    await world.al(run(path));
    const method = "google.cloud.run.v2.Executions.ListExecutions";
    const rule = { method, when: "after", action: { delayMs: 5_000 } };
    await world.control("/emulator/faults", { rules: [rule] });
    const { length: since } = await world.calls();
    const removing = world.al(["secrets", "rm", "github_token", "--yes", "-p", path]);
    await world.called(method, { since });
    await world.al(["run", "it", "stay", "--runtime", "cloudrun", "--detach", "-p", path]);
    const { code, stderr } = await removing;
    expect(code, stderr).toBe(75);
    expect((await world.calls()).filter(({ method: name }) => /Delete/.test(name))).toEqual([]);
  });

  test("is refused where nobody can see whether a run uses them", async () => {
    const there = world.project(
      agent("while :; do sleep 0.1; done", 'credentials = ["github_token"]'),
      CLOUD_TOML.replace("us-central1", "asia-east1"),
    );
    const started = await world.al(run(there, "--detach"));
    expect(started.code, started.stderr).toBe(0);
    // Lists tell of it by now: this machine remembers what it wrote by region, and looks from another one.
    await world.control("/emulator/clock", { advanceMs: 1_000 });
    const action = { status: "PERMISSION_DENIED" };
    const method = "google.cloud.run.v2.Jobs.ListJobs";
    const resource = "projects/demo-project/locations/asia-east1";
    await world.control("/emulator/faults", { rules: [{ method, resource, action }] });
    const here = ["secrets", "rm", "github_token", "--yes", "-p", project()];
    const unseen = await world.al(here);
    expect(unseen.code).toBe(75);
    expect(unseen.stderr).toContain("the jobs of asia-east1 cannot be seen");
    expect((await world.al(here)).stderr).toContain("A run uses the copies of github_token");
    expect((await world.calls()).filter(({ method: name }) => /Delete/.test(name))).toEqual([]);
  });

  test("is refused when another agent was run after the last question, and before the copies are gone", async () => {
    const path = world.project(agent("true", 'credentials = ["github_token"]'));
    await world.al(run(path));
    const method = "google.cloud.run.v2.Jobs.DeleteJob";
    const rule = { method, when: "after", action: { delayMs: 5_000 } };
    await world.control("/emulator/faults", { rules: [rule] });
    const { length: since } = await world.calls();
    const removing = world.al(["secrets", "rm", "github_token", "--yes", "-p", path]);
    await world.called(method, { since });
    const other = world.project(
      agent("while :; do sleep 0.1; done", 'credentials = ["github_token"]'),
    );
    await world.al(run(other, "--detach"));
    const { code, stderr } = await removing;
    expect(code, stderr).toBe(75);
    expect(stderr).toContain(
      "A job was made meanwhile that uses the copies of github_token: al-it-",
    );
    const deleted = (await world.calls()).filter(({ method: name }) =>
      name.endsWith(".DeleteSecret"),
    );
    expect(deleted).toEqual([]);
  });

  test.each([
    ["by id", "al--github_token--default--token"],
    ["by full name", "projects/demo-project/secrets/al--github_token--default--token"],
    [
      "by full name, with the project's number",
      "projects/123456789012/secrets/al--github_token--default--token",
    ],
  ])("is refused while jobs that are not al's use them %s", async (_sentence, secret) => {
    const path = project();
    await world.al(["secrets", "sync", "it", "-p", path]);
    const secretKeyRef = { secret, version: "1" };
    const container = {
      image: "host.local/agent:latest",
      env: [{ name: "TOKEN", valueSource: { secretKeyRef } }],
    };
    const runner = "al-runner@demo-project.iam.gserviceaccount.com";
    const template = { template: { containers: [container], serviceAccount: runner } };
    await fetch(
      `${world.emulator.url}/v2/projects/demo-project/locations/us-central1/jobs?jobId=theirs`,
      {
        method: "POST",
        headers: { authorization: "Bearer owner", "content-type": "application/json" },
        body: JSON.stringify({ template }),
      },
    );
    const { code, stderr } = await world.al(["secrets", "rm", "github_token", "--yes", "-p", path]);
    expect(code).toBe(78);
    expect(stderr).toContain("Jobs that are not al's use the copies of github_token: theirs");
    expect((await world.calls()).filter(({ method }) => /Delete/.test(method))).toEqual([]);
  });

  test("of another prefix is neither shown nor removed", async () => {
    const theirs = world.project(
      agent("true", 'credentials = ["github_token"]'),
      `${CLOUD_TOML}\nsecret_prefix = "theirs"\n`,
    );
    await world.al(["secrets", "sync", "it", "-p", theirs]);
    const listed = await world.al(["secrets", "ls", "-p", project()]);
    const removed = await world.al(["secrets", "rm", "github_token", "--yes", "-p", project()]);
    expect([listed.stdout, removed.code]).toEqual(["No secrets of al's in demo-project.\n", 1]);
  });

  test.each([
    ["with --dry-run it removes nothing", ["--dry-run"], 0],
    ["without a terminal and without --yes it removes nothing", [], 64],
  ])("%s", async (_sentence, flags, code) => {
    const path = project();
    await world.al(["secrets", "sync", "it", "-p", path]);
    expect((await world.al(["secrets", "rm", "github_token", "-p", path, ...flags])).code).toBe(
      code,
    );
    expect((await world.calls()).filter(({ method }) => /Delete/.test(method))).toEqual([]);
  });

  test("says so when there is no copy", async () => {
    const { code, stderr } = await world.al(["secrets", "rm", "aws", "--yes", "-p", project()]);
    expect({ code, said: stderr.includes("No copy of aws is in the project.") }).toEqual({
      code: 1,
      said: true,
    });
  });
});

describe("al plan", () => {
  test("shows a first job's settings, and later what differs from the newest one", async () => {
    const path = project();
    const first = await world.al(["plan", "it", "-p", path, "--json"]);
    await world.al(run(path));
    const same = await world.al(["plan", "it", "-p", path, "--json"]);
    const next = world.project(
      agent("true", 'credentials = ["github_token"]\ntimeout = 60').concat("memory = '1Gi'\n"),
    );
    const changed = await world.al(["plan", "it", "-p", next, "--json"]);
    const jobs = [first, same, changed].map(({ stdout }) => JSON.parse(stdout).job);
    expect(jobs.map(({ exists, changes }) => ({ exists, changes }))).toMatchInlineSnapshot(`
      [
        {
          "changes": [
            "+ args: ["true"]",
            "+ command: ["/bin/sh","-c"]",
            "+ cpu: 1",
            "+ env GH_TOKEN: al--github_token--default--token version (new)",
            "+ env GITHUB_TOKEN: al--github_token--default--token version (new)",
            "+ env GIT_AUTHOR_EMAIL: al--git_ssh--botty--email version (new)",
            "+ env GIT_AUTHOR_NAME: al--git_ssh--botty--username version (new)",
            "+ env GIT_COMMITTER_EMAIL: al--git_ssh--botty--email version (new)",
            "+ env GIT_COMMITTER_NAME: al--git_ssh--botty--username version (new)",
            "+ file /credentials/git_ssh/botty/email: al--git_ssh--botty--_files version (new)",
            "+ file /credentials/git_ssh/botty/id_rsa: al--git_ssh--botty--_files version (new)",
            "+ file /credentials/git_ssh/botty/username: al--git_ssh--botty--_files version (new)",
            "+ file /credentials/github_token/default/token: al--github_token--default--token version (new)",
            "+ image: host.local/agent:latest",
            "+ label al-agent: it",
            "+ label managed-by: action-llama",
            "+ memory: 2Gi",
            "+ service account: al-runner@demo-project.iam.gserviceaccount.com",
            "+ timeout: 3600s",
          ],
          "exists": false,
        },
        {
          "changes": [],
          "exists": true,
        },
        {
          "changes": [
            "- env GIT_AUTHOR_EMAIL: al--git_ssh--botty--email version 1",
            "- env GIT_AUTHOR_NAME: al--git_ssh--botty--username version 1",
            "- env GIT_COMMITTER_EMAIL: al--git_ssh--botty--email version 1",
            "- env GIT_COMMITTER_NAME: al--git_ssh--botty--username version 1",
            "- file /credentials/git_ssh/botty/email: al--git_ssh--botty--_files version 1",
            "- file /credentials/git_ssh/botty/id_rsa: al--git_ssh--botty--_files version 2",
            "- file /credentials/git_ssh/botty/username: al--git_ssh--botty--_files version 3",
            "~ memory: 2Gi → 1Gi",
            "~ timeout: 3600s → 60s",
          ],
          "exists": false,
        },
      ]
    `);
  });

  test("shows what a first run in another region notes on the secrets", async () => {
    const toml = 'credentials = ["github_token"]';
    await world.al(["secrets", "sync", "it", "-p", world.project(agent("true", toml))]);
    const europe = CLOUD_TOML.replace("us-central1", "europe-west1");
    const there = world.project(agent("true", toml), europe);
    const { stdout } = await world.al(["plan", "it", "-p", there, "--json"]);
    expect(JSON.parse(stdout).calls[0]).toBe(
      "SecretManagerService.UpdateSecret al--github_token--default--token (annotations)",
    );
  });

  test("shows a name that somebody else took as a conflict, and ends with 78", async () => {
    const taken = `${world.emulator.url}/v1/projects/demo-project/secrets?secretId=al--github_token--default--token`;
    await fetch(taken, {
      method: "POST",
      headers: { authorization: "Bearer owner", "content-type": "application/json" },
      body: JSON.stringify({ replication: { automatic: {} } }),
    });
    const path = world.project(agent("true", 'credentials = ["github_token"]'));
    const plan = await world.al(["plan", "it", "-p", path, "--json"]);
    expect({ code: plan.code, action: JSON.parse(plan.stdout).secrets[0].action }).toEqual({
      code: 78,
      action: "conflict",
    });
    const ran = await world.al(run(path));
    expect(ran.code).toBe(78);
    expect(ran.stderr).toContain("exists and is not al's");
  });
});
