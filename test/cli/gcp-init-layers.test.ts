import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectTable } from "../../src/config/project-table.ts";
import { type Machine, newMachine } from "../support/command-line.ts";
import { CONFIG, init, projectOn, read, write } from "./gcp-init-project.ts";

const PROD = ".action-llama/environments/prod.toml";
const ODD = "al-run-odd-name-63c38330";
const at = (id: string, project = "my-project"): string =>
  `${id}@${project}.iam.gserviceaccount.com`;

/** A project whose [cloud] has these lines. */
function machineWith(cloud: string): Machine {
  const machine = newMachine();
  projectOn(machine, `${CONFIG}\n[cloud]\nregion = "us-central1"\n${cloud}`);
  return machine;
}

/** [cloud] as al reads it: all files together. */
async function counted(machine: Machine, environment?: string): Promise<unknown> {
  const { table } = await projectTable({
    project: machine.directory,
    environment,
    environments: join(machine.directory, ".action-llama/environments"),
  });
  return JSON.parse(JSON.stringify(table.cloud));
}

const BASE = {
  ...{ provider: "cloud-run", project: "my-project", region: "us-central1" },
  artifact_registry: "us-central1-docker.pkg.dev/my-project/al-agents",
};
const IN_MY_PROJECT = 'project = "my-project"\n';

describe("an environment counts as it was chosen, whatever config.toml says", () => {
  test.each([
    [
      "a key over an account to act as",
      `auth = "impersonate"\nimpersonate = "${at("me")}"\nservice_account = "${at("one")}"\n`,
      ["--auth", "key"],
      { auth: "key", service_account: at("one") },
    ],
    [
      "application default credentials over a stored key",
      `credential = "gcp_service_account:dev"\nservice_account = "${at("one")}"\n`,
      ["--auth", "adc"],
      { auth: "adc", service_account: at("one") },
    ],
    [
      "a credential that is kept",
      `credential = "gcp_service_account:dev"\nservice_account = "${at("one")}"\n`,
      [],
      { auth: "key", credential: "gcp_service_account:dev", service_account: at("one") },
    ],
    [
      "one account over accounts of agents",
      `[cloud.service_accounts]\ndev = "${at("own")}"\n`,
      ["--service-account", at("one")],
      { auth: "key", service_account: at("one") },
    ],
    [
      "accounts of agents over one account",
      `service_account = "${at("one")}"\n`,
      ["--runners", "per-agent"],
      { auth: "key", service_accounts: { dev: at("al-run-dev"), "Odd name": at(ODD) } },
    ],
  ])("%s", async (_sentence, cloud, flags, expected) => {
    const machine = machineWith(IN_MY_PROJECT + cloud);
    const before = read(machine, "config.toml");
    const result = await init(machine, "-E", "prod", ...flags);
    expect(result.code, result.stderr).toBe(0);
    expect(await counted(machine, "prod")).toEqual({ ...BASE, ...expected });
    expect(read(machine, "config.toml")).toBe(before);
  });

  test("what only config.toml says is not copied into it", async () => {
    const machine = machineWith(`${IN_MY_PROJECT}memory = "4Gi"\nservice_account = "${at("one")}"`);
    await init(machine, "-E", "prod");
    expect(read(machine, PROD)).not.toContain("memory");
    expect(await counted(machine, "prod")).toMatchObject({ memory: "4Gi" });
  });

  test("accounts of the project are, in another project, the same ones there", async () => {
    const machine = machineWith(
      `${IN_MY_PROJECT}auth = "impersonate"\nimpersonate = "${at("boss")}"\n[cloud.service_accounts]\ndev = "${at("own")}"\n"Odd name" = "${at("guest", "elsewhere")}"\n`,
    );
    await init(machine, "-E", "prod", "--gcp-project", "other-project");
    expect(await counted(machine, "prod")).toMatchObject({
      project: "other-project",
      impersonate: at("boss", "other-project"),
      service_accounts: { dev: at("own", "other-project"), "Odd name": at("guest", "elsewhere") },
    });
  });
});

describe("the repository for images", () => {
  test.each([
    [
      "stays where it is",
      "us-central1-docker.pkg.dev/my-project/bots",
      [],
      "us-central1-docker.pkg.dev/my-project/bots",
    ],
    [
      "follows the project and the region that it was in",
      "us-central1-docker.pkg.dev/my-project/bots",
      ["--gcp-project", "other-project", "--region", "europe-west1"],
      "europe-west1-docker.pkg.dev/other-project/bots",
    ],
    [
      "stays in a project that is not the agents'",
      "us-central1-docker.pkg.dev/our-images/bots",
      ["--gcp-project", "other-project", "--region", "europe-west1"],
      "us-central1-docker.pkg.dev/our-images/bots",
    ],
    [
      "is the one that a flag names",
      "us-central1-docker.pkg.dev/my-project/bots",
      ["--artifact-registry", "us-central1-docker.pkg.dev/my-project/more"],
      "us-central1-docker.pkg.dev/my-project/more",
    ],
  ])("%s", async (_sentence, saved, flags, expected) => {
    const machine = machineWith(`${IN_MY_PROJECT}artifact_registry = "${saved}"\n`);
    const result = await init(machine, ...flags);
    expect(result.code, result.stderr).toBe(0);
    expect(await counted(machine)).toMatchObject({ artifact_registry: expected });
  });

  test("may be another in .env.toml, unless a flag names one", async () => {
    const machine = machineWith(IN_MY_PROJECT);
    const mine = "us-central1-docker.pkg.dev/mine-alone/bots";
    write(machine, ".env.toml", `[cloud]\nartifact_registry = "${mine}"\n`);
    const result = await init(machine);
    expect(result.code, result.stderr).toBe(0);
    expect(await counted(machine)).toMatchObject({ artifact_registry: mine });
    const flag = ["--artifact-registry", "us-central1-docker.pkg.dev/my-project/more"];
    const refused = await init(machine, ...flag);
    expect(refused).toMatchObject({ code: 78, stdout: "" });
    expect(refused.stderr).toContain("would not count: [cloud] artifact_registry\n");
  });
});

describe("the file that is written", () => {
  const NAMED = 'environment = "prod"\n';

  test.each([
    ["-E names it", ["-E", "prod"], "", {}, PROD],
    ["AL_ENV names it", [], "", { AL_ENV: "prod" }, PROD],
    [".env.toml names it", [], NAMED, {}, PROD],
    [
      "-E comes before what .env.toml names",
      ["-E", "other"],
      NAMED,
      {},
      ".action-llama/environments/other.toml",
    ],
    ["nobody names an environment", [], "", {}, "config.toml"],
  ])("is the one that counts: %s", async (_sentence, flags, local, variables, file) => {
    const machine = newMachine();
    projectOn(machine);
    write(machine, ".env.toml", local);
    const result = await machine.al(
      ["gcp", "init", "--no-doctor", "--gcp-project", "my-project", ...flags],
      { variables },
    );
    expect(result.stderr).toContain(`Wrote [cloud] into ~/${file}\n`);
    expect(read(machine, file)).toContain("[cloud]");
  });

  test("is refused where .env.toml would undo what is chosen", async () => {
    const machine = newMachine();
    projectOn(machine);
    write(machine, ".env.toml", '[cloud]\nproject = "my-own-project"\n');
    const result = await init(machine, "--gcp-project", "my-project");
    expect(result).toEqual({
      code: 78,
      stdout: "",
      stderr: `error: What was chosen would not count: [cloud] project
  why: ~/.env.toml is laid over ~/config.toml, and says otherwise
  mend: Remove what [cloud] in ~/.env.toml says of it, and run the command again.
`,
    });
    expect(read(machine, "config.toml")).toBe(CONFIG);
  });

  test("may be one that .env.toml changes, where that is not what is chosen", async () => {
    const machine = machineWith(`${IN_MY_PROJECT}service_account = "${at("one")}"\n`);
    write(machine, ".env.toml", '[cloud]\nproject = "my-own-project"\nauth = "adc"\n');
    const result = await init(machine, "--region", "europe-west1");
    expect(result.code, result.stderr).toBe(0);
    expect(read(machine, "config.toml")).toContain('project = "my-project"');
    expect(await counted(machine)).toMatchObject({
      project: "my-own-project",
      region: "europe-west1",
    });
  });
});

describe("accounts that [cloud] names stay when nobody chooses others", () => {
  test.each([
    [
      "one for all",
      `service_account = "${at("one")}"\n`,
      [],
      { service_account: at("one") },
      ['shared_runner = "one"'],
    ],
    [
      "agents' own; who lacks one gets one",
      `[cloud.service_accounts]\ndev = "${at("own")}"\n`,
      [],
      { service_accounts: { dev: at("own"), "Odd name": at(ODD) } },
      ['account_id  = "own"'],
    ],
    [
      "agents' own with one for the others",
      `service_account = "${at("one")}"\n[cloud.service_accounts]\ndev = "${at("own")}"\n`,
      [],
      { service_account: at("one"), service_accounts: { dev: at("own") } },
      ['account_id  = "one"', 'account_id  = "own"'],
    ],
    [
      "agents' own, where each is to have its own",
      `service_account = "${at("one")}"\n[cloud.service_accounts]\ndev = "${at("own")}"\n`,
      ["--runners", "per-agent"],
      { service_accounts: { dev: at("own"), "Odd name": at(ODD) } },
      ['account_id  = "own"'],
    ],
    [
      "not agents' own, where one for all is chosen",
      `[cloud.service_accounts]\ndev = "${at("own")}"\n`,
      ["--runners", "shared"],
      { service_account: at("al-runner") },
      ['shared_runner = "al-runner"'],
    ],
  ])("%s", async (_sentence, cloud, flags, expected, terraform) => {
    const machine = machineWith(IN_MY_PROJECT + cloud);
    const printed = await init(machine, "--print-terraform", ...flags);
    expect(
      printed.stdout
        .split("\n")
        .filter((line) => /account_id|shared_runner/.test(line))
        .map((line) => line.trim().replace(/^shared_runner +/, "shared_runner ")),
    ).toEqual(terraform);
    await init(machine, ...flags);
    expect(await counted(machine)).toEqual({ ...BASE, auth: "key", ...expected });
  });

  test("two agents of one account beside others is nothing that the Terraform module makes", async () => {
    const machine = machineWith(
      `${IN_MY_PROJECT}service_account = "${at("one")}"\n[cloud.service_accounts]\ndev = "${at("own")}"\n`,
    );
    write(machine, "agents/more/SKILL.md", "---\nname: x\ndescription: y\n---\nDo it.\n");
    const result = await init(machine, "--print-terraform");
    expect(result).toMatchObject({ code: 78, stdout: "" });
    expect(result.stderr).toContain("and others have their own");
    expect(existsSync(join(machine.directory, PROD))).toBe(false);
  });
});
