import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const RUN = "google.cloud.run.v2.Jobs.RunJob";
const CREATE_JOB = "google.cloud.run.v2.Jobs.CreateJob";
const DELETE_JOB = "google.cloud.run.v2.Jobs.DeleteJob";
const GET_EXECUTION = "google.cloud.run.v2.Executions.GetExecution";
const ADD_VERSION = "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion";
const CREATE_SECRET = "google.cloud.secretmanager.v1.SecretManagerService.CreateSecret";
const UPDATE_SECRET = "google.cloud.secretmanager.v1.SecretManagerService.UpdateSecret";
const TAIL = "google.logging.v2.LoggingServiceV2.TailLogEntries";
const LIST_LOGS = "google.logging.v2.LoggingServiceV2.ListLogEntries";

const unavailable = { status: "UNAVAILABLE" };
const reset = { reset: true };

const greeter = () =>
  world.project(agent("echo hello; exit 7", 'credentials = ["github_token", "git_ssh:botty"]'));

const counted = async () => {
  const { executions = [], secrets = [] } = await world.state();
  return {
    executions: (executions as unknown[]).length,
    versions: (secrets as { versions: unknown[] }[]).flatMap(({ versions }) => versions).length,
  };
};

/** What one run of `greeter` makes when nothing goes wrong: 4 fields, and 3 versions of the directory. */
const ONCE = { executions: 1, versions: 7 };

describe("a run is started at most once", () => {
  test.each([
    [
      "the answer to RunJob is lost after it took effect",
      { method: RUN, nth: 2, when: "after", action: unavailable },
      7,
      ONCE,
    ],
    [
      "the connection breaks after it took effect",
      { method: RUN, nth: 2, when: "after", action: reset },
      7,
      ONCE,
    ],
    [
      "the answer is lost and the effect comes late",
      { method: RUN, nth: 2, when: "late", afterMs: 300, action: unavailable },
      7,
      ONCE,
    ],
    [
      "an internal error after it took effect",
      { method: RUN, nth: 2, when: "after", action: { status: "INTERNAL" } },
      7,
      ONCE,
    ],
    [
      "the job is gone when it is to run",
      { method: RUN, nth: 2, when: "before", action: { status: "NOT_FOUND" } },
      7,
      ONCE,
    ],
    [
      "the quota of starts is used up for a moment",
      { method: RUN, nth: 2, times: 2, when: "before", action: { status: "RESOURCE_EXHAUSTED" } },
      7,
      ONCE,
    ],
    [
      "nobody knows whether it took effect, and it did not",
      { method: RUN, nth: 2, when: "before", action: unavailable },
      75,
      { ...ONCE, executions: 0 },
    ],
    [
      "a definite refusal",
      { method: RUN, nth: 2, when: "before", action: { status: "PERMISSION_DENIED" } },
      77,
      { ...ONCE, executions: 0 },
    ],
  ])("%s", async (_sentence, rule, code, made) => {
    await world.control("/emulator/faults", { rules: [rule] });
    const result = await world.al(run(greeter()), { speed: 100 });
    expect({ code: result.code, ...(await counted()) }, result.stderr).toEqual({ code, ...made });
  });
});

describe("preparing survives a lost answer, a broken connection and a refusal that passes, and doubles nothing", () => {
  const FAULTS = [
    ["lost before it took effect", { when: "before", action: unavailable }],
    ["lost after it took effect", { when: "after", action: unavailable }],
    ["cut off after it took effect", { when: "after", action: reset }],
    ["lost twice in a row", { when: "after", times: 2, action: unavailable }],
  ] as const;
  const CALLS = [CREATE_SECRET, ADD_VERSION, UPDATE_SECRET, CREATE_JOB];
  const table = CALLS.flatMap((method) =>
    FAULTS.map(
      ([sentence, fault]) =>
        [`${method.split(".").at(-1)} ${sentence}`, { method, ...fault }] as const,
    ),
  );
  test.each(table)("%s", async (_sentence, rule) => {
    await world.control("/emulator/faults", { rules: [rule] });
    const { code, stdout, stderr } = await world.al(run(greeter()), { speed: 50 });
    expect({ code, stdout, ...(await counted()) }, stderr).toEqual({
      code: 7,
      stdout: "hello\n",
      ...ONCE,
    });
  });
});

describe("watching survives", () => {
  test.each([
    [
      "Google away for many polls",
      { method: GET_EXECUTION, times: 12, when: "before", action: unavailable },
    ],
    [
      "a log stream that breaks at once, twice",
      { method: TAIL, times: 2, when: "before", action: unavailable },
    ],
    [
      "a log list that fails for a moment",
      { method: LIST_LOGS, when: "before", action: unavailable },
    ],
    [
      "too many log streams in the project",
      { method: TAIL, times: 50, when: "before", action: { status: "RESOURCE_EXHAUSTED" } },
    ],
  ])("%s, with every line and the agent's own code", async (_sentence, rule) => {
    await world.control("/emulator/faults", { rules: [rule] });
    const { code, stdout, stderr } = await world.al(run(greeter()));
    expect({ code, stdout }, stderr).toEqual({ code: 7, stdout: "hello\n" });
  });

  test("being refused the logs, with one warning", async () => {
    const action = { status: "PERMISSION_DENIED" };
    await world.control("/emulator/faults", {
      rules: [
        { method: TAIL, times: 50, when: "before", action },
        { method: LIST_LOGS, times: 50, when: "before", action },
      ],
    });
    const { code, stdout, stderr } = await world.al(run(greeter()));
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(stderr.match(/The logs cannot be read/g)).toHaveLength(1);
  });
});

test("a job that was refused is deleted, and when that failed the next run makes it anew", async () => {
  await world.control("/emulator/faults", {
    rules: [
      { method: DELETE_JOB, times: 20, when: "before", action: { status: "PERMISSION_DENIED" } },
    ],
  });
  // The runner may not read this prefix yet, so the job fails its check and cannot be deleted.
  const cloud = `[cloud]\nregion = "us-central1"\nservice_account = "al-runner@demo-project.iam.gserviceaccount.com"\nsecret_prefix = "later"\n`;
  const project = world.project(agent("echo hello", 'credentials = ["github_token"]'), cloud);
  const first = await world.al(run(project));
  await world.control("/emulator/faults", { rules: [] });
  await grantRunner("later--github_token--default--token");
  const second = await world.al(run(project));
  expect({ first: first.code, second: second.code, stdout: second.stdout }, second.stderr).toEqual({
    first: 77,
    second: 0,
    stdout: "hello\n",
  });
});

test("a grant on a new secret that becomes effective a moment later is waited for", async () => {
  const cloud = `[cloud]\nregion = "us-central1"\nservice_account = "al-runner@demo-project.iam.gserviceaccount.com"\nsecret_prefix = "fresh"\n`;
  const project = world.project(agent("echo hello", 'credentials = ["github_token"]'), cloud);
  let granted: Promise<void> | undefined;
  const { code, stdout, stderr } = await world.al(run(project), {
    onOutput: (text) => {
      if (text.includes("it is new, so al waits"))
        granted ??= grantRunner("fresh--github_token--default--token");
    },
  });
  await granted;
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: "hello\n" });
});

/** Lets the runner read one secret. */
const grantRunner = (secret: string): Promise<void> =>
  world.control("/emulator/seed", {
    policies: [
      {
        resource: `projects/demo-project/secrets/${secret}`,
        bindings: [
          {
            role: "roles/secretmanager.secretAccessor",
            members: ["serviceAccount:al-runner@demo-project.iam.gserviceaccount.com"],
          },
        ],
      },
    ],
  });

test("a job of that name that is somebody else's is not run: its execution is cancelled, and the job is left", async () => {
  const project = world.project(agent("echo hello"));
  const { stdout } = await world.al(["plan", "it", "-p", project, "--json"]);
  const parent = `${world.emulator.url}/v2/projects/demo-project/locations/us-central1`;
  const headers = { authorization: "Bearer owner", "content-type": "application/json" };
  const container = { image: "host.local/agent", command: ["/bin/sleep", "60"] };
  const task = {
    serviceAccount: "al-runner@demo-project.iam.gserviceaccount.com",
    containers: [container],
  };
  const created = await fetch(`${parent}/jobs?jobId=${JSON.parse(stdout).job.id}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ template: { template: task } }),
  });
  const { name } = (await created.json()) as { name: string };
  await fetch(`${world.emulator.url}/v2/${name}:wait`, { method: "POST", headers, body: "{}" });
  const { code, stderr } = await world.al(run(project));
  expect({ code, said: stderr.includes("its execution was cancelled") }, stderr).toEqual({
    code: 78,
    said: true,
  });
  const { jobs } = await world.state();
  expect(jobs).toEqual([expect.not.objectContaining({ deleteTime: expect.anything() })]);
});
