import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keyFile } from "../gcp/fake-key.ts";
import { startAl } from "../support/al-process.ts";
import { type Machine, newMachine } from "../support/command-line.ts";
import { CTRL_C, canOpenTerminal, DOWN, ENTER, sitDown } from "../support/pseudo-terminal.ts";
import { runTerraform, startTerraform } from "../terraform/support/terraform.ts";
import { CONFIG, init, projectOn, read, write } from "./gcp-init-project.ts";

describe("al gcp init, without questions", () => {
  test("writes [cloud] with an account for each agent, and says what is still to be done", async () => {
    const machine = newMachine();
    projectOn(machine);
    const result = await init(machine, "--gcp-project", "my-project");
    expect(result).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "Wrote [cloud] into ~/config.toml\n" +
        "No key is stored. When you have one: al creds add gcp_service_account --from-file key_json=key.json\n",
    });
    expect(read(machine, "config.toml")).toBe(`${CONFIG}
[cloud]
provider = "cloud-run"
project = "my-project"
region = "us-central1"
artifact_registry = "us-central1-docker.pkg.dev/my-project/al-agents"
auth = "key"

[cloud.service_accounts]
"Odd name" = "al-run-odd-name-63c38330@my-project.iam.gserviceaccount.com"
dev = "al-run-dev@my-project.iam.gserviceaccount.com"
`);
  });

  test.each([
    [
      "one account for all",
      ["--runners", "shared"],
      'service_account = "al-runner@my-project.iam.gserviceaccount.com"',
    ],
    [
      "another account for all",
      ["--service-account", "mine@my-project.iam.gserviceaccount.com"],
      'service_account = "mine@my-project.iam.gserviceaccount.com"',
    ],
    [
      "another region",
      ["--region", "europe-west1"],
      'region = "europe-west1"\nartifact_registry = "europe-west1-docker.pkg.dev/my-project/al-agents"',
    ],
    [
      "another repository",
      ["--artifact-registry", "europe-docker.pkg.dev/our-images/bots"],
      'artifact_registry = "europe-docker.pkg.dev/our-images/bots"',
    ],
    ["no key", ["--auth", "adc"], 'auth = "adc"'],
    [
      "the controller, without a key",
      ["--auth", "impersonate"],
      'auth = "impersonate"\nimpersonate = "al-controller@my-project.iam.gserviceaccount.com"',
    ],
    [
      "another account to act as",
      ["--impersonate", "me@my-project.iam.gserviceaccount.com"],
      'auth = "impersonate"\nimpersonate = "me@my-project.iam.gserviceaccount.com"',
    ],
  ])("takes %s from flags", async (_sentence, flags, expected) => {
    const machine = newMachine();
    projectOn(machine);
    const result = await init(machine, "--gcp-project", "my-project", ...flags);
    expect(result.code, result.stderr).toBe(0);
    expect(read(machine, "config.toml")).toContain(expected);
  });

  test("keeps what [cloud] says beside, and the project and region that it says", async () => {
    const machine = newMachine();
    projectOn(
      machine,
      `[cloud] # ours\nproject = "kept-project"\nregion = "asia-east1"\nmemory = "4Gi"\nserviceAccount = "old@kept-project.iam.gserviceaccount.com"\nlabels = { team = "a" }\n\n${CONFIG}`,
    );
    await init(machine, "--runners", "per-agent");
    expect(read(machine, "config.toml")).toBe(`[cloud]
provider = "cloud-run"
project = "kept-project"
region = "asia-east1"
memory = "4Gi"
artifact_registry = "asia-east1-docker.pkg.dev/kept-project/al-agents"
auth = "key"

[cloud.labels]
team = "a"

[cloud.service_accounts]
"Odd name" = "al-run-odd-name-63c38330@kept-project.iam.gserviceaccount.com"
dev = "al-run-dev@kept-project.iam.gserviceaccount.com"

${CONFIG}`);
  });

  test("writes an environment file instead, and leaves config.toml alone", async () => {
    const machine = newMachine();
    projectOn(machine);
    await init(machine, "--gcp-project", "my-project", "--runners", "shared", "-E", "prod");
    expect(read(machine, "config.toml")).toBe(CONFIG);
    expect(read(machine, ".action-llama/environments/prod.toml")).toBe(`[cloud]
provider = "cloud-run"
project = "my-project"
region = "us-central1"
artifact_registry = "us-central1-docker.pkg.dev/my-project/al-agents"
auth = "key"
service_account = "al-runner@my-project.iam.gserviceaccount.com"
`);
  });

  test("stores a key, and takes the project from it the next time", async () => {
    const machine = newMachine();
    projectOn(machine);
    write(machine, "key.json", JSON.stringify(keyFile));
    const flags = ["--gcp-project", "demo-project", "--key-file", "key.json"];
    const first = await init(machine, ...flags);
    expect(first.stderr).toContain("Stored the key of ");
    write(machine, "config.toml", CONFIG);
    const second = await init(machine);
    expect(second).toMatchObject({ code: 0, stderr: "Wrote [cloud] into ~/config.toml\n" });
    expect(read(machine, "config.toml")).toContain('project = "demo-project"');
  });

  test.each([
    ["no project is known", [], 64, "the Google Cloud project is not known"],
    ["the key is no key", ["--gcp-project", "my-project", "--key-file", "config.toml"], 65, ""],
    [
      "the key file is not there",
      ["--gcp-project", "my-project", "--key-file", "gone.json"],
      65,
      "",
    ],
    [
      "the project is a number",
      ["--gcp-project", "123456789012"],
      64,
      '--gcp-project "123456789012" is a project\'s number',
    ],
    [
      "the project is a name",
      ["--gcp-project", "My Project"],
      64,
      '--gcp-project "My Project" is not a project\'s id',
    ],
    [
      "the region is a zone",
      ["--region", "us-central1-a"],
      64,
      '--region "us-central1-a" is not a region',
    ],
    [
      "the account is a person's",
      ["--service-account", "foo@bar.com"],
      64,
      '--service-account "foo@bar.com" is not a service account\'s e-mail address',
    ],
    [
      "the account to act as is no e-mail address",
      ["--impersonate", "me"],
      64,
      '--impersonate "me" is not a service account\'s e-mail address',
    ],
    [
      "the repository is another registry's",
      ["--artifact-registry", "docker.io/library"],
      64,
      '--artifact-registry "docker.io/library" is not a repository\'s address',
    ],
    ["an unknown kind of runners", ["--runners", "many"], 64, ""],
    ["an impossible environment", ["--gcp-project", "my-project", "-E", "../x"], 64, ""],
  ])("writes nothing when %s", async (_sentence, flags, code, text) => {
    const machine = newMachine();
    projectOn(machine);
    const result = await init(machine, ...flags);
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({
      code,
      stdout: "",
    });
    expect(result.stderr).toContain(text);
    expect(result.stderr).toMatch(/\n {2}mend: .|Allowed choices are /);
    expect(read(machine, "config.toml")).toBe(CONFIG);
    expect(existsSync(join(machine.store, "gcp_service_account"))).toBe(false);
  });

  test("says where it can be used, outside of a project", async () => {
    const result = await init(newMachine(), "--gcp-project", "my-project");
    expect(result.code).toBe(64);
    expect(result.stderr).toContain("is not a project");
  });
});

const PRINT = ["--gcp-project", "my-project", "--print-terraform"];

describe("al gcp init --print-terraform", () => {
  test("names each agent with exactly its credentials, and writes nothing", async () => {
    const machine = newMachine();
    projectOn(machine);
    const { stdout, code } = await init(machine, ...PRINT, "--member", "user:you@example.com");
    expect(code).toBe(0);
    expect(read(machine, "config.toml")).toBe(CONFIG);
    expect(stdout.replace(/source = "\/.*"/, 'source = "<module>"')).toMatchInlineSnapshot(`
      "# A Google Cloud project for agents, made from config.toml and agents/*/config.toml. Print it anew when an agent's credentials change.
      terraform {
        required_version = ">= 1.5"

        required_providers {
          google = {
            source  = "hashicorp/google"
            version = ">= 7.0, < 9.0"
          }
        }
      }

      provider "google" {
        project = "my-project"
        region  = "us-central1"
      }

      module "action_llama" {
        source = "<module>"

        project                  = "my-project"
        region                   = "us-central1"
        controller_impersonators = ["user:you@example.com"]

        agents = {
          "Odd name" = {
            credentials = ["slack_bot_token"]
          }
          dev = {
            credentials = ["github_token", "git_ssh:botty", "anthropic_key"]
          }
        }
      }

      output "environment_toml" {
        description = "The [cloud] table for al."
        value       = module.action_llama.environment_toml
      }

      output "next_steps" {
        description = "What to type now."
        value       = module.action_llama.next_steps
      }
      "
    `);
  });

  test("makes one runner, a key and other places, when it is told so", async () => {
    const machine = newMachine();
    projectOn(
      machine,
      `${CONFIG}\n[cloud]\nregion = "europe-west1"\nsecret_prefix = "team"\nsecret_locations = ["europe-west1"]\nservice_account = "one@my-project.iam.gserviceaccount.com"\n`,
    );
    const { stdout } = await init(machine, ...PRINT, "--auth", "key", "--runners", "shared");
    expect(stdout).toContain(`  project          = "my-project"
  region           = "europe-west1"
  secret_prefix    = "team"
  secret_locations = ["europe-west1"]
  shared_runner    = "one"

  # The key's private half is in Terraform's state in clear: keep the state as safe as the key.
  create_key = true
`);
    expect(stdout).toContain('output "controller_key_json" {');
  });

  test("names the module that came with the built program", async () => {
    const machine = newMachine();
    projectOn(machine);
    const args = ["gcp", "init", "-p", machine.directory, ...PRINT];
    const { code, stdout } = await startAl(args, { HOME: machine.directory }).ended;
    expect(code).toBe(0);
    const source = /source = "(\/.*)"/.exec(stdout)?.[1] ?? "";
    expect(readdirSync(source)).toContain("variables.tf");
  });

  test("refuses accounts that the module cannot make", async () => {
    const machine = newMachine();
    projectOn(machine);
    const account = ["--service-account", "one@other-project.iam.gserviceaccount.com"];
    const result = await init(machine, ...PRINT, ...account);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 78, stdout: "" });
    expect(result.stderr).toContain("is not one of my-project");
  });
});

const hasTerraform = await runTerraform(["version"], { PATH: process.env.PATH }).then(
  ({ code }) => code === 0,
  () => false,
);

describe.skipIf(!hasTerraform)("the real Terraform (needs the program terraform)", () => {
  test.each([
    ["as it is", []],
    ["with a key and one runner", ["--auth", "key", "--runners", "shared"]],
    [
      "with another account to act as and another repository",
      [
        ...["--impersonate", "ci-bot@my-project.iam.gserviceaccount.com"],
        ...["--artifact-registry", "us-central1-docker.pkg.dev/my-project/bots"],
      ],
    ],
  ])("takes what is printed %s, in its own form", async (_sentence, flags) => {
    const machine = newMachine();
    projectOn(machine);
    const { stdout } = await init(machine, ...PRINT, "--member", "user:a@b.example", ...flags);
    const terraform = await startTerraform("known", process.env.PATH);
    try {
      terraform.write("printed", stdout);
      expect(await terraform.init("printed")).toMatchObject({ code: 0, stderr: "" });
      expect(await terraform.validate("printed")).toMatchObject({ code: 0, stderr: "" });
      expect(await terraform.plan("printed", {})).toMatchObject({ code: 0, stderr: "" });
      write(machine, "main.tf", stdout);
      const checked = await runTerraform(["fmt", "-check", "-diff", machine.directory], {
        PATH: process.env.PATH,
      });
      expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });
    } finally {
      terraform.close();
    }
  });
});

describe.skipIf(!canOpenTerminal)("on a terminal (needs util-linux's script)", () => {
  const sit = (machine: Machine, ...flags: readonly string[]) =>
    sitDown(["gcp", "init", "--no-doctor", ...flags], {
      directory: machine.directory,
      services: "http://127.0.0.1:1",
    });

  test("asks for project, region, accounts and sign-in", async () => {
    const machine = newMachine();
    projectOn(machine);
    const sitting = sit(machine);
    await sitting.shows("Id of the Google Cloud project");
    sitting.type(`my-project${ENTER}`);
    await sitting.shows("Region in which agents run");
    sitting.type(ENTER);
    await sitting.shows("Which account do the agents' jobs run as?");
    sitting.type(ENTER);
    await sitting.shows("How does al sign in to Google Cloud?");
    sitting.type(`${DOWN}${ENTER}`);
    await sitting.shows("E-mail address of the account to act as");
    sitting.type(ENTER);
    const { code, screen } = await sitting.ended;
    expect(code, screen).toBe(0);
    expect(read(machine, "config.toml")).toContain(`[cloud]
provider = "cloud-run"
project = "my-project"
region = "us-central1"
artifact_registry = "us-central1-docker.pkg.dev/my-project/al-agents"
auth = "impersonate"
impersonate = "al-controller@my-project.iam.gserviceaccount.com"

[cloud.service_accounts]`);
  });

  test.each([
    [
      "one account for all",
      'service_account = "one@my-project.iam.gserviceaccount.com"\n',
      ["E-mail address of the account that all agents run as"],
    ],
    [
      "agents' accounts",
      '\n[cloud.service_accounts]\n"Odd name" = "b@my-project.iam.gserviceaccount.com"\ndev = "a@my-project.iam.gserviceaccount.com"\n',
      [],
    ],
  ])("proposes what [cloud] says: %s", async (_sentence, accounts, more) => {
    const machine = newMachine();
    const cloud = `\n[cloud]\nprovider = "cloud-run"\nproject = "my-project"\nregion = "asia-east1"\nartifact_registry = "asia-east1-docker.pkg.dev/my-project/bots"\nauth = "adc"\n${accounts}`;
    projectOn(machine, CONFIG + cloud);
    const sitting = sit(machine);
    const questions = [
      "Id of the Google Cloud project",
      "Region in which agents run",
      "Which account do the agents' jobs run as?",
      ...more,
      "How does al sign in to Google Cloud?",
    ];
    for (const question of questions) {
      await sitting.shows(question);
      sitting.type(ENTER);
    }
    const { code, screen } = await sitting.ended;
    expect(code, screen).toBe(0);
    expect(read(machine, "config.toml")).toBe(CONFIG + cloud);
  });

  test("changes nothing when it is left with Ctrl-C", async () => {
    const machine = newMachine();
    projectOn(machine);
    const sitting = sit(machine, "--gcp-project", "my-project");
    await sitting.shows("Region in which agents run");
    sitting.type(CTRL_C);
    expect((await sitting.ended).code).toBe(130);
    expect(read(machine, "config.toml")).toBe(CONFIG);
  });
});
