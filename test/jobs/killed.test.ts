import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { startAl } from "../support/al-process.ts";
import { makeWorld, type World } from "../support/world.ts";

// A process that is killed between any two calls leaves something half-done; the next run must repair it.

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const SECRETS = "google.cloud.secretmanager.v1.SecretManagerService";

/** Starts a real run, lets the nth call of the method take effect, and kills the process before it hears of it. */
async function killAfter(project: string, method: string, nth: number): Promise<void> {
  await world.control("/emulator/faults", {
    rules: [{ method, nth, when: "after", action: { hangMs: 60_000 } }],
  });
  const al = startAl(run(project), {
    AL_CREDENTIALS_DIR: world.store,
    AL_GCP_EMULATOR: world.emulator.url,
  });
  await world.called(method, { times: nth });
  al.child.kill("SIGKILL");
  await al.ended;
  await world.control("/emulator/faults", { rules: [] });
}

const made = async () => {
  const { secrets = [], jobs = [] } = await world.state();
  return {
    secrets: (secrets as unknown[]).length,
    versions: (secrets as { versions: unknown[] }[]).flatMap(({ versions }) => versions).length,
    jobs: (jobs as { deleteTime?: string }[]).filter(({ deleteTime }) => deleteTime === undefined)
      .length,
  };
};

describe("kill -9 right after", () => {
  test.each([
    ["the first secret was created", `${SECRETS}.CreateSecret`, 1],
    ["the last secret was created", `${SECRETS}.CreateSecret`, 5],
    ["the first version was added", `${SECRETS}.AddSecretVersion`, 1],
    ["a version in the middle was added", `${SECRETS}.AddSecretVersion`, 4],
    ["the last version was added", `${SECRETS}.AddSecretVersion`, 7],
    ["the directory was annotated", `${SECRETS}.UpdateSecret`, 1],
    ["the job was created", "google.cloud.run.v2.Jobs.CreateJob", 1],
  ])(
    "%s: the next run repairs it, nothing is lost and nothing doubled",
    async (_sentence, method, nth) => {
      const project = world.project(
        agent("echo hello", 'credentials = ["github_token", "git_ssh:botty"]'),
      );
      await killAfter(project, method, nth);
      const { code, stdout, stderr } = await world.al(run(project));
      expect({ code, stdout, ...(await made()) }, stderr).toEqual({
        code: 0,
        stdout: "hello\n",
        secrets: 5,
        versions: 7,
        jobs: 1,
      });
    },
  );

  test("the run was started: the agent runs on, and nothing starts a second one", async () => {
    const project = world.project(agent("echo hello"));
    await killAfter(project, "google.cloud.run.v2.Jobs.RunJob", 2);
    expect((await world.state()).executions).toHaveLength(1);
  });
});
