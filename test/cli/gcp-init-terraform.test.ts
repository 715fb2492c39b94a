import { describe, expect, test } from "vitest";
import { type Machine, newMachine } from "../support/command-line.ts";
import { CTRL_C, canOpenTerminal, ENTER, sitDown } from "../support/pseudo-terminal.ts";
import { CONFIG, init, projectOn, read } from "./gcp-init-project.ts";

const PRINT = ["--gcp-project", "my-project", "--print-terraform"];
const at = (id: string, project = "my-project"): string =>
  `${id}@${project}.iam.gserviceaccount.com`;
const registry = (id: string, place = "us-central1-docker.pkg.dev/my-project"): string =>
  `${place}/${id}`;

/** A project whose [cloud] has these lines. */
function machineWith(cloud: string): Machine {
  const machine = newMachine();
  projectOn(machine, `${CONFIG}\n[cloud]\nregion = "us-central1"\n${cloud}`);
  return machine;
}

const argumentsIn = (terraform: string): string[] =>
  terraform
    .split("\n")
    .filter((line) => /^ *(controller_account_id|repository_id|create_key) /.test(line))
    .map((line) => line.trim().replace(/ +=/, " ="));

describe("the Terraform that is printed makes what [cloud] says", () => {
  test.each([
    ["nothing of its own", "", [], []],
    [
      "the account that al acts as",
      `auth = "impersonate"\nimpersonate = "${at("ci-bot")}"\n`,
      [],
      ['controller_account_id = "ci-bot"'],
    ],
    [
      "the account that a flag says al acts as",
      "",
      ["--impersonate", at("ci-bot")],
      ['controller_account_id = "ci-bot"'],
    ],
    [
      "the account that the module makes anyway",
      `auth = "impersonate"\nimpersonate = "${at("al-controller")}"\n`,
      [],
      [],
    ],
    [
      "the account of the same id in the project that a flag names",
      `project = "old-project"\nauth = "impersonate"\nimpersonate = "${at("ci-bot", "old-project")}"\n`,
      [],
      ['controller_account_id = "ci-bot"'],
    ],
    ["a repository", `artifact_registry = "${registry("bots")}"\n`, [], ['repository_id = "bots"']],
    [
      "the repository that a flag names",
      "",
      ["--artifact-registry", registry("bots")],
      ['repository_id = "bots"'],
    ],
    [
      "the repository that the module makes anyway",
      `artifact_registry = "${registry("al-agents")}"\n`,
      [],
      [],
    ],
  ])("%s", async (_sentence, cloud, flags, expected) => {
    const { code, stdout, stderr } = await init(machineWith(cloud), ...PRINT, ...flags);
    expect(code, stderr).toBe(0);
    expect(argumentsIn(stdout)).toEqual(expected);
  });

  test.each([
    [
      "an account of another project",
      ["--impersonate", at("ci-bot", "other-project")],
      `error: The service account ${at("ci-bot", "other-project")} is not one of my-project
  why: the Terraform module makes the account that al acts as in the project itself
  mend: Name an account of the project in [cloud], for example: ${at("ci-bot")}
`,
    ],
    [
      "a repository of another project",
      ["--artifact-registry", "us-central1-docker.pkg.dev/other-project/bots"],
      `error: The repository us-central1-docker.pkg.dev/other-project/bots is not one of my-project in us-central1
  why: the Terraform module makes the repository for images in the project and region itself
  mend: al gcp init --artifact-registry us-central1-docker.pkg.dev/my-project/bots
`,
    ],
    [
      "a repository of another region",
      ["--artifact-registry", "europe-docker.pkg.dev/my-project/bots"],
      `error: The repository europe-docker.pkg.dev/my-project/bots is not one of my-project in us-central1
  why: the Terraform module makes the repository for images in the project and region itself
  mend: al gcp init --artifact-registry us-central1-docker.pkg.dev/my-project/bots
`,
    ],
  ])("but it is none with %s", async (_sentence, flags, expected) => {
    const result = await init(machineWith(""), ...PRINT, ...flags);
    expect(result).toEqual({ code: 78, stdout: "", stderr: expected });
  });

  test("is one JSON document with --json", async () => {
    const machine = machineWith("");
    const { stdout: terraform } = await init(machine, ...PRINT);
    const { code, stdout } = await init(machine, ...PRINT, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ terraform });
  });
});

describe.skipIf(!canOpenTerminal)("on a terminal (needs util-linux's script)", () => {
  const sit = (machine: Machine, ...flags: readonly string[]) =>
    sitDown(["gcp", "init", "--member", "user:you@example.com", ...PRINT, ...flags], {
      ...{ directory: machine.directory, services: "http://127.0.0.1:1", into: "main.tf" },
    });

  test("only what the Terraform depends on is asked, and nothing but the Terraform goes into the file", async () => {
    const machine = newMachine();
    projectOn(machine);
    const sitting = sit(machine);
    await sitting.shows("Region in which agents run");
    sitting.type(ENTER);
    await sitting.shows("Which account do the agents' jobs run as?");
    sitting.type(ENTER);
    const { code, screen } = await sitting.ended;
    expect(code, screen).toBe(0);
    expect(screen).not.toContain("How does al sign in");
    const { stdout } = await init(machine, ...PRINT, "--member", "user:you@example.com");
    const ofModule = (text: string): string => text.replace(/source = "\/.*"/, "");
    expect(ofModule(read(machine, "main.tf"))).toBe(ofModule(stdout));
    expect(read(machine, "config.toml")).toBe(CONFIG);
  });

  test("at its end, al gcp init asks for the credentials that are missing", async () => {
    const machine = newMachine();
    projectOn(machine);
    const place = ["--gcp-project", "my-project", "--region", "us-central1"];
    const args = ["gcp", "init", ...place, "--runners", "per-agent", "--auth", "adc"];
    const sitting = sitDown(args, {
      ...{ directory: machine.directory, services: "http://127.0.0.1:1" },
    });
    await sitting.shows("Wrote [cloud] into ");
    await sitting.shows("Set up slack_bot_token now");
    sitting.type(CTRL_C);
    const { code, screen } = await sitting.ended;
    expect(code, screen).toBe(130);
  });

  test("nothing is asked where flags say all of it", async () => {
    const machine = newMachine();
    projectOn(machine);
    const sitting = sit(machine, "--region", "us-central1", "--runners", "per-agent");
    const { code, screen } = await sitting.ended;
    expect({ code, screen }).toEqual({ code: 0, screen: "" });
  });
});
