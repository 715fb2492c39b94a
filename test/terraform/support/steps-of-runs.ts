import { run } from "../../support/agents.ts";
import { makeSecret, valuesOf } from "../../support/rest.ts";
import type { AlOptions } from "../../support/world.ts";
import type { Machine, Step } from "./stage.ts";

const RUN_JOB = "google.cloud.run.v2.Jobs.RunJob";
const LIST_SECRETS = "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets";
const TAIL = "google.logging.v2.LoggingServiceV2.TailLogEntries";
const TOKEN = "al--github_token--default--token";
const ENDLESS = "echo started; while :; do sleep 0.1; done";

/** Of a day. */
const MINUTE = 1 / 1_440;

type Place = NonNullable<Parameters<Machine["project"]>[0]>;

/** `al run it` in a project of its own; what the agent printed, and how it ended. */
async function runs(
  machine: Machine,
  { place = {}, more = [], ...options }: AlOptions & { place?: Place; more?: string[] } = {},
) {
  const { code, stdout } = await machine.al(run(machine.project(place), ...more), options);
  return { code, stdout };
}

const fault = ({ world }: Machine, rule: object) =>
  world.control("/emulator/faults", { rules: [rule] });

const leftJobs = async ({ world }: Machine): Promise<number> => {
  const { jobs = [] } = (await world.state()) as { jobs?: { deleteTime?: string }[] };
  return jobs.filter(({ deleteTime }) => !deleteTime).length;
};

const SHOWN = { code: 0, stdout: "botty@example.com\n\n" };
const FIRST: Step["before"] = (machine) => runs(machine);

/** What `al run` does. */
export const STEPS_OF_RUNS = {
  "the first run, which makes secrets and job": {
    does: (machine) => runs(machine),
    ends: SHOWN,
  },
  "a warm run": { before: FIRST, does: (machine) => runs(machine), ends: SHOWN },
  "a run after a credential of one field was rotated": {
    async before(machine) {
      await runs(machine);
      machine.rotate({ "github_token/default/token": "ghp_rotatedRotatedRotated000006" });
    },
    does: (machine) => runs(machine),
    ends: SHOWN,
  },
  "a run after a credential of several fields was rotated": {
    async before(machine) {
      await runs(machine);
      machine.rotate({ "git_ssh/botty/email": "rotated@example.com" });
    },
    does: (machine) => runs(machine),
    ends: { code: 0, stdout: "rotated@example.com\n\n" },
  },
  "a run from another machine with the same store": {
    before: FIRST,
    does: (machine) => runs(machine.another()),
    ends: SHOWN,
  },
  "a run with a prompt": {
    before: FIRST,
    does: (machine) => runs(machine, { more: ["write it"] }),
    ends: { code: 0, stdout: "botty@example.com\nwrite it\n" },
  },
  "a run whose agent fails": {
    does: (machine) => runs(machine, { place: { script: "exit 3", more: "" } }),
    ends: { code: 3, stdout: "" },
  },
  "a run that outlives its timeout": {
    does: (machine) =>
      runs(machine, {
        place: { script: ENDLESS, more: "timeout = 60" },
        onOutput: (text) => text === "started\n" && void machine.wait(MINUTE),
      }),
    ends: { code: 124, stdout: "started\n" },
  },
  "a run that is ended by Ctrl-C": {
    does: (machine) =>
      runs(machine, {
        place: { script: ENDLESS, more: "" },
        onOutput: (text, signal) => text === "started\n" && signal("SIGINT"),
      }),
    ends: { code: 130, stdout: "started\n" },
  },
  "a run that is left to itself with --detach": {
    async does(machine) {
      const { code } = await runs(machine, { more: ["--detach"] });
      return { code };
    },
    ends: { code: 0 },
  },
  "a run whose start was not answered": {
    before: FIRST,
    async does(machine) {
      await fault(machine, { method: RUN_JOB, when: "after", action: { reset: true } });
      const { code } = await runs(machine, { more: ["--detach"], speed: 200 });
      return { code };
    },
    ends: { code: 0 },
  },
  "a run whose secret is not in the list yet": {
    async does(machine) {
      await fault(machine, { method: LIST_SECRETS, when: "after", action: { delayMs: 1_000 } });
      const { length: since } = await machine.world.calls();
      const place = { more: 'credentials = ["github_token"]', script: "true" };
      const running = runs(machine, { place });
      // Somebody else makes the token's secret after the list was read, and before it arrives.
      await Promise.race([machine.world.called(LIST_SECRETS, { since }), running]);
      await makeSecret(machine.world, TOKEN, []);
      const ended = await running;
      return { ...ended, values: (await valuesOf(machine.world, TOKEN)).length };
    },
    ends: { code: 0, stdout: "", values: 1 },
  },
  "a run that Cloud Run refuses, whose job is deleted again": {
    async does(machine) {
      const place = { more: 'credentials = ["github_token:read-only"]' };
      const { code } = await runs(machine, { place, speed: 2000 });
      return { code, left: await leftJobs(machine) };
    },
    ends: { code: 77, left: 0 },
  },
  "a run whose stream of lines breaks": {
    async does(machine) {
      await fault(machine, { method: TAIL, action: { status: "UNAVAILABLE" }, times: 99 });
      return runs(machine);
    },
    ends: SHOWN,
  },
  "a run in another region": {
    before: FIRST,
    does: (machine) => runs(machine, { place: { region: "europe-west1" } }),
    ends: SHOWN,
  },
} satisfies Record<string, Step>;
