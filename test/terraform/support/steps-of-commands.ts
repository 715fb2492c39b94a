import { run } from "../../support/agents.ts";
import { asOwner } from "../../support/rest.ts";
import { IMAGE, type Machine, prepareProject, type Step } from "./stage.ts";

const TOKEN = "al--github_token--default--token";
const IDS = [
  TOKEN,
  ...["email", "id_rsa", "username", "_files"].map((field) => `al--git_ssh--botty--${field}`),
];

/** What depends on the day and on the hash of a spec is replaced. */
const stable = (text: string): string =>
  text.replace(/al-it-[0-9a-f]{8}/g, "al-it-<hash>").replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "<time>");

async function tells(machine: Machine, args: readonly string[]) {
  const { code, stdout } = await machine.al([...args, "-p", machine.project()]);
  return { code, stdout: stable(stdout) };
}

const runIt = (machine: Machine, region = "us-central1") =>
  machine.al(run(machine.project({ region })));

/** A run before and after the token was rotated, in two regions. */
async function rotated(machine: Machine): Promise<void> {
  await runIt(machine, "europe-west1");
  machine.rotate({ "github_token/default/token": "ghp_rotatedRotatedRotated000007" });
  await runIt(machine);
}

async function rotatedLongAgo(machine: Machine): Promise<void> {
  await rotated(machine);
  await machine.wait(9);
}

/** What would become of each secret; a dry run shows the job beside it, which is not compared here. */
async function plans(machine: Machine, args: readonly string[]) {
  const { code, stdout } = await machine.al([...args, "--json", "-p", machine.project()]);
  const { secrets, job } = JSON.parse(stdout);
  const actions = secrets?.map(({ action }: { action: string }) => action) ?? [];
  return { code, exists: job?.exists, actions: [...new Set(actions)] };
}

const lines = (word: string): string => IDS.map((id) => `${word.padEnd(11)}  ${id}\n`).join("");

type Document = {
  readonly checks: readonly {
    readonly state: string;
    readonly id: string;
    readonly subject: string;
  }[];
};

/** What is not as it should be in a project that is ready, and an agent whose image lies in its repository. */
async function findings(machine: Machine) {
  const options = ["--no-check-values", "--json", "-p", machine.project({ image: IMAGE })];
  const { code, stdout } = await machine.al(["doctor", "--runtime", "cloudrun", ...options]);
  const { checks }: Document = JSON.parse(stdout);
  return {
    code,
    project: checks.find(({ id }) => id === "project")?.subject,
    found: checks.filter(({ state }) => state !== "ok").map(({ state, id }) => `${state} ${id}`),
  };
}

/** What every command but `al run` does. */
export const STEPS_OF_COMMANDS = {
  "al plan, before anything is there": {
    does: (machine) => plans(machine, ["plan", "it"]),
    ends: { code: 0, exists: false, actions: ["create"] },
  },
  "al plan, of a job that is there": {
    before: runIt,
    does: (machine) => plans(machine, ["plan", "it"]),
    ends: { code: 0, exists: true, actions: ["unchanged"] },
  },
  "al plan, from another machine": {
    before: runIt,
    does: (machine) => plans(machine.another(), ["plan", "it"]),
    ends: { code: 0, exists: true, actions: ["unchanged"] },
  },
  "al run --dry-run": {
    does: (machine) => plans(machine, ["run", "it", "--runtime", "cloudrun", "--dry-run"]),
    ends: { code: 0, exists: false, actions: ["create"] },
  },
  "al secrets ls": {
    before: rotated,
    async does(machine) {
      const { code, stdout } = await tells(machine, ["secrets", "ls"]);
      return { code, last: stdout.trim().split("\n").at(-1) };
    },
    ends: { code: 0, last: "5 secrets, 16 billed versions" },
  },
  "al secrets sync --dry-run": {
    does: (machine) => tells(machine, ["secrets", "sync", "it", "--dry-run"]),
    ends: { code: 0, stdout: lines("create") },
  },
  "al secrets sync": {
    does: (machine) => tells(machine, ["secrets", "sync", "it"]),
    ends: { code: 0, stdout: lines("create") },
  },
  "al secrets sync, from another machine": {
    before: (machine) => tells(machine, ["secrets", "sync", "it"]),
    does: (machine) => tells(machine.another(), ["secrets", "sync", "it"]),
    ends: { code: 0, stdout: lines("unchanged") },
  },
  "al secrets rm": {
    before: runIt,
    does: (machine) => tells(machine, ["secrets", "rm", "github_token", "--yes"]),
    ends: { code: 0, stdout: `removed  secret ${TOKEN}\nremoved  job al-it-<hash>\n` },
  },
  "al secrets rm, of what somebody else removed": {
    async before(machine) {
      await runIt(machine);
      await asOwner(machine.world, "DELETE", `secrets/${TOKEN}`);
    },
    does: (machine) => tells(machine, ["secrets", "rm", "github_token", "--yes"]),
    ends: { code: 1, stdout: "" },
  },
  "al gc --dry-run": {
    before: rotatedLongAgo,
    does: (machine) => tells(machine, ["gc", "--dry-run"]),
    ends: {
      code: 0,
      stdout:
        "would delete  job europe-west1/al-it-<hash>, idle since <time>\n" +
        "would delete  job al-it-<hash>, idle since <time>\n" +
        `would destroy  version 1 of ${TOKEN}, superseded <time>\n`,
    },
  },
  "al gc, of jobs in two regions and a version": {
    before: rotatedLongAgo,
    does: (machine) => tells(machine, ["gc"]),
    ends: {
      code: 0,
      stdout:
        "deleted  job europe-west1/al-it-<hash>, idle since <time>\n" +
        "deleted  job al-it-<hash>, idle since <time>\n" +
        `destroyed  version 1 of ${TOKEN}, superseded <time>\n`,
    },
  },
  "al doctor --runtime cloudrun": {
    before: prepareProject,
    does: (machine) => findings(machine),
    // Policies tell it, and the controller may not read them.
    ends: {
      code: 0,
      project: "project demo-project (number 123456789012)",
      found: ["unknown secrets:it"],
    },
  },
} satisfies Record<string, Step>;
