import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { writeFields } from "../support/store.ts";
import { CLOUD_TOML, copyStore, makeWorld, type World } from "../support/world.ts";

// Google's clock moves forward only: from test to test it is further ahead of this machine's, which no test here may notice.
let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const DAY = 24 * 60 * 60_000;
const TOKEN = "al--github_token--default--token";

const project = (script = "true", toml = CLOUD_TOML) =>
  world.project(agent(script, 'credentials = ["github_token"]'), toml);

/** What `al gc` says so many days later. */
async function gc(path: string, days: number, ...flags: readonly string[]) {
  await world.control("/emulator/clock", { advanceMs: Math.round(days * DAY) });
  return world.al(["gc", "-p", path, ...flags]);
}

const stable = (text: string): string =>
  text.replace(/al-it-[0-9a-f]{8}/g, "al-it-<hash>").replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "<time>");

/** A store whose token was rotated once, with a run before and after. */
async function rotated(path: string): Promise<Record<string, string>> {
  const variables = { AL_CREDENTIALS_DIR: copyStore(world, `gc-${Math.random()}`) };
  await world.al(run(path), { variables });
  writeFields(variables.AL_CREDENTIALS_DIR, {
    "github_token/default/token": "ghp_rotatedRotatedRotated000005",
  });
  await world.al(run(path), { variables });
  return variables;
}

const writes = async () =>
  (await world.calls())
    .map(({ method }) => method.split(".").at(-1) ?? "")
    .filter((method) => /Delete|Destroy/.test(method))
    .sort();

describe("al gc", () => {
  test.each([
    ["on the same day it finds nothing", 0, "Nothing to collect.\n"],
    [
      "a day later it deletes both jobs, and keeps every version",
      1.1,
      "deleted  job al-it-<hash>, idle since <time>\ndeleted  job al-it-<hash>, idle since <time>\n",
    ],
    [
      "nine days later it destroys the superseded version, too",
      9,
      "deleted  job al-it-<hash>, idle since <time>\ndeleted  job al-it-<hash>, idle since <time>\n" +
        `destroyed  version 1 of ${TOKEN}, superseded <time>\n`,
    ],
  ])("%s", async (_sentence, days, expected) => {
    const path = project();
    await rotated(path);
    const { code, stdout, stderr } = await gc(path, days);
    expect({ code, stdout: stable(stdout) }, stderr).toEqual({ code: 0, stdout: expected });
  });

  test("with --dry-run it shows the same and changes nothing", async () => {
    const path = project();
    await rotated(path);
    const { stdout } = await gc(path, 9, "--dry-run");
    expect(stable(stdout)).toBe(
      "would delete  job al-it-<hash>, idle since <time>\nwould delete  job al-it-<hash>, idle since <time>\n" +
        `would destroy  version 1 of ${TOKEN}, superseded <time>\n`,
    );
    expect(await writes()).toEqual([]);
  });

  test("as JSON", async () => {
    const path = project();
    await rotated(path);
    const { stdout } = await gc(path, 9, "--json");
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/);
    const job = { job: expect.stringMatching(/^al-it-[0-9a-f]{8}$/), idleSince: time };
    expect(JSON.parse(stdout)).toEqual({
      dryRun: false,
      jobs: [job, job],
      versions: [{ credential: "github_token", secret: TOKEN, version: "1", supersededAt: time }],
      failures: [],
    });
  });

  test("afterwards a machine that still remembers the destroyed version stores its value again", async () => {
    const path = project('printf "%s\n" "$GITHUB_TOKEN" | tail -c 5');
    const before = await world.al(run(path));
    const variables = await rotated(path);
    const rotatedRun = await world.al(run(path), { variables });
    await gc(path, 9);
    const after = await world.al(run(path));
    const listed = await world.al(["secrets", "ls", "-p", path, "--json"]);
    const [{ versions }] = JSON.parse(listed.stdout);
    expect([after.code, after.stdout], after.stderr).toEqual([0, before.stdout]);
    expect(rotatedRun.stdout).not.toBe(before.stdout);
    expect(
      versions.map(({ number, state }: { number: string; state: string }) => [number, state]),
    ).toEqual([
      ["3", "ENABLED"],
      ["2", "ENABLED"],
      ["1", "DESTROYED"],
    ]);
  });

  test("leaves alone a job that runs, and what it pins, for as long as it takes", async () => {
    const path = world.project(
      agent(
        "trap 'exit 0' TERM; while :; do sleep 0.1; done",
        'credentials = ["github_token"]\ntimeout = 604800',
      ),
    );
    await world.al(run(path, "--detach"));
    expect((await gc(path, 6)).stdout).toBe("Nothing to collect.\n");
    expect(await writes()).toEqual([]);
  });

  test("leaves alone what is not al's", async () => {
    const path = project();
    await rotated(path);
    const headers = { authorization: "Bearer owner", "content-type": "application/json" };
    // Pinned by its full name, as Google allows.
    const secretKeyRef = { secret: `projects/123456789012/secrets/${TOKEN}`, version: "1" };
    const env = [{ name: "TOKEN", valueSource: { secretKeyRef } }];
    const template = {
      template: {
        containers: [{ image: "host.local/agent:latest", env }],
        serviceAccount: "al-runner@demo-project.iam.gserviceaccount.com",
      },
    };
    await fetch(
      `${world.emulator.url}/v2/projects/demo-project/locations/us-central1/jobs?jobId=al-it-00000000`,
      { method: "POST", headers, body: JSON.stringify({ template }) },
    );
    await gc(path, 30);
    const { jobs = [] } = await world.state();
    const left = (jobs as { name: string; deleteTime?: string }[]).filter((job) => !job.deleteTime);
    expect(left.map(({ name }) => name.split("/").at(-1))).toEqual(["al-it-00000000"]);
    expect(await writes()).toEqual(["DeleteJob", "DeleteJob"]);
  });

  test("goes by Google's clock, whatever this machine's says", async () => {
    const path = project();
    await rotated(path);
    const { stdout } = await world.al(["gc", "-p", path], { laterMs: 30 * DAY });
    expect(stdout).toBe("Nothing to collect.\n");
  });

  test("leaves alone the secrets of another prefix, and the jobs that use them", async () => {
    const theirs = project("true", `${CLOUD_TOML}\nsecret_prefix = "theirs"\n`);
    await rotated(theirs);
    expect((await gc(project(), 9)).stdout).toBe("Nothing to collect.\n");
    expect((await gc(theirs, 0)).stdout).toContain(
      "destroyed  version 1 of theirs--github_token--",
    );
  });

  test("takes away what it may, and ends with what it may not", async () => {
    const path = project();
    await rotated(path);
    const action = { status: "PERMISSION_DENIED" };
    const method = "google.cloud.run.v2.Jobs.DeleteJob";
    // Jobs are listed newest first, so the older one stays, and with it the version that it pins.
    await world.control("/emulator/faults", {
      rules: [{ method, nth: 2, when: "before", action }],
    });
    const { code, stdout, stderr } = await gc(path, 9);
    expect({ code, stdout: stable(stdout) }).toEqual({
      code: 77,
      stdout: `deleted  job al-it-<hash>, idle since <time>\n`,
    });
    expect(stable(stderr)).toContain("al could not delete the job");
  });

  test("knows the jobs of every region in which a secret was used", async () => {
    const europe = project("true", CLOUD_TOML.replace("us-central1", "europe-west1"));
    const variables = await rotated(europe);
    const here = project();
    await world.al(run(here), { variables });
    const listed = await world.al(["secrets", "ls", "-p", here], { variables });
    expect(stable(listed.stdout)).toContain("by europe-west1/al-it-<hash>");
    const { stdout } = await gc(here, 9);
    expect(stable(stdout).split("\n").sort().slice(1)).toEqual([
      "deleted  job al-it-<hash>, idle since <time>",
      "deleted  job europe-west1/al-it-<hash>, idle since <time>",
      "deleted  job europe-west1/al-it-<hash>, idle since <time>",
      `destroyed  version 1 of ${TOKEN}, superseded <time>`,
    ]);
  });

  test("keeps the versions of a secret when one of its regions cannot be looked at", async () => {
    const europe = project("true", CLOUD_TOML.replace("us-central1", "europe-west1"));
    const variables = await rotated(europe);
    const here = project();
    await world.al(run(here), { variables });
    const action = { status: "PERMISSION_DENIED" };
    const method = "google.cloud.run.v2.Jobs.ListJobs";
    const resource = "projects/demo-project/locations/europe-west1";
    await world.control("/emulator/faults", { rules: [{ method, resource, action }] });
    const { code, stdout, stderr } = await gc(here, 9, "--dry-run");
    expect({ code, stdout: stable(stdout) }).toEqual({
      code: 0,
      stdout: "would delete  job al-it-<hash>, idle since <time>\n",
    });
    expect(stderr).toContain("the jobs of europe-west1 cannot be seen");
  });
});

test("al secrets rm deletes the jobs of other regions, too", async () => {
  const europe = project("true", CLOUD_TOML.replace("us-central1", "europe-west1"));
  await world.al(run(europe));
  const { stdout } = await world.al(["secrets", "rm", "github_token", "--yes", "-p", project()]);
  expect(stable(stdout)).toBe(`removed  secret ${TOKEN}\nremoved  job europe-west1/al-it-<hash>\n`);
});
