import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { type AlProcess, startAl } from "../support/al-process.ts";
import { makeWorld, type World } from "../support/world.ts";

// Real processes, real signals and a real clock: what a person at a terminal does.

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const al = (...args: string[]): AlProcess =>
  startAl(args, { AL_CREDENTIALS_DIR: world.store, AL_GCP_EMULATOR: world.emulator.url });

const FOREVER = "trap 'echo stopping; exit 3' TERM; echo started; while :; do sleep 0.1; done";

type ExecutionState = {
  readonly name: string;
  readonly cancelledCount?: number;
  readonly conditions: unknown;
};

const executions = async (): Promise<ExecutionState[]> =>
  (await world.state()).executions as ExecutionState[];

/** A finished execution, as the emulator sees it. */
async function finishedExecution(): Promise<ExecutionState> {
  for (;;) {
    const [execution] = await executions();
    if (execution?.cancelledCount === 1) return execution;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a run that is interrupted", () => {
  test.each([["SIGINT"], ["SIGTERM"]] as const)(
    "%s cancels it, waits until it is cancelled, and ends with 130",
    async (signal) => {
      const process = al(...run(world.project(agent(FOREVER))));
      await process.line("started");
      process.child.kill(signal);
      const { code, stdout, stderr } = await process.ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: "started\nstopping\n" });
      expect(stderr).toMatch(/Cancelled: us-central1\/al-it-[0-9a-f]{8}-[a-z0-9]{5}\n$/);
      expect(await executions()).toEqual([expect.objectContaining({ cancelledCount: 1 })]);
    },
  );

  test("a second Ctrl-C leaves at once and prints the command that stops the run", async () => {
    const process = al(
      ...run(world.project(agent("trap '' TERM; echo started; while :; do sleep 0.1; done"))),
    );
    await process.line("started");
    process.child.kill("SIGINT");
    await process.line("Interrupt again");
    process.child.kill("SIGINT");
    const { code, stderr } = await process.ended;
    const [execution] = await executions();
    const id = execution?.name.split("/").at(-1);
    expect(code).toBe(130);
    expect(stderr).toContain(
      `gcloud run jobs executions cancel ${id} --region=us-central1 --project=demo-project`,
    );
  });

  test("while its launch is in flight: it is cancelled as soon as it has a name", async () => {
    await world.control("/emulator/faults", {
      rules: [
        {
          method: "google.cloud.run.v2.Jobs.RunJob",
          nth: 2,
          when: "after",
          action: { delayMs: 1000 },
        },
      ],
    });
    const process = al(...run(world.project(agent(FOREVER))), "--verbose");
    await process.line("wait for the job");
    await process.line("Launching");
    for (let launched = false; !launched; ) launched = (await executions()).length > 0;
    process.child.kill("SIGINT");
    const { code } = await process.ended;
    expect(code).toBe(130);
    expect(await finishedExecution()).toEqual(expect.objectContaining({ cancelledCount: 1 }));
  });

  test("before anything was started: nothing is", async () => {
    await world.control("/emulator/faults", {
      rules: [
        {
          method: "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets",
          when: "before",
          action: { delayMs: 1000 },
        },
      ],
    });
    const process = al(...run(world.project(agent("true", 'credentials = ["aws"]'))), "--verbose");
    await process.line("list the secrets");
    process.child.kill("SIGINT");
    expect((await process.ended).code).toBe(130);
    expect((await world.calls()).map(({ method }) => method)).toEqual([
      "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets",
    ]);
  });

  test("a terminal that goes away leaves the run to itself", async () => {
    const process = al(...run(world.project(agent(FOREVER))));
    await process.line("started");
    process.child.kill("SIGHUP");
    const { code, stderr } = await process.ended;
    expect(code).toBe(129);
    expect(stderr).toContain("The run goes on. To stop it: gcloud run jobs executions cancel");
    expect(await executions()).toEqual([expect.not.objectContaining({ cancelledCount: 1 })]);
  });
});

test("--detach prints the run and leaves it to itself", async () => {
  const process = al(...run(world.project(agent(FOREVER))), "--detach", "--json");
  const { code, stdout } = await process.ended;
  const [execution] = await executions();
  const name = execution?.name ?? "";
  const [, , , , , job = "", , id = ""] = name.split("/");
  expect({ code, json: JSON.parse(stdout) }).toEqual({
    code: 0,
    json: {
      run: `us-central1/${id}`,
      agent: "it",
      state: "pending",
      execution: name,
      job,
      project: "demo-project",
      region: "us-central1",
    },
  });
});

test("a reader that goes away does not end the run or its exit code", async () => {
  const process = al(
    ...run(
      world.project(agent("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 5")),
    ),
  );
  await process.line("line 0");
  process.child.stdout?.destroy();
  expect((await process.ended).code).toBe(5);
});

test("help goes to stdout, and a missing argument is a usage error", async () => {
  const help = await al("run", "--help").ended;
  expect({ code: help.code, start: help.stdout.split("\n")[0] }).toEqual({
    code: 0,
    start: "Usage: al run [options] <agent> [prompt]",
  });
  const missing = await al("run").ended;
  expect(missing).toEqual({
    code: 64,
    stdout: "",
    stderr: "error: missing required argument 'agent'\n",
  });
});
