import { existsSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { keyFile } from "../gcp/fake-key.ts";
import { type Machine, newMachine } from "../support/command-line.ts";
import { CONFIG, init, projectOn, read, write } from "./gcp-init-project.ts";

const PROJECT = ["--gcp-project", "my-project"];

describe("al gcp init refuses flags of which one would be ignored", () => {
  test.each([
    ["a key and no use for it", ["--key-file", "k", "--auth", "adc"], "--key-file and --auth adc"],
    [
      "a key and an account to act as",
      ["--key-file", "k", "--auth", "impersonate"],
      "--key-file and --auth impersonate",
    ],
    [
      "a key and the account's name",
      ["--key-file", "k", "--impersonate", "a@p.iam.gserviceaccount.com"],
      "--key-file and --impersonate",
    ],
    [
      "an account to act as and a key",
      ["--impersonate", "a@p.iam.gserviceaccount.com", "--auth", "key"],
      "--impersonate and --auth key",
    ],
    [
      "one account for all and one for each",
      ["--service-account", "a@p.iam.gserviceaccount.com", "--runners", "per-agent"],
      "--service-account and --runners per-agent",
    ],
    [
      "a key to store and nothing stored",
      ["--key-file", "k", "--print-terraform"],
      "--key-file and --print-terraform",
    ],
    [
      "somebody's rights and no Terraform",
      ["--member", "user:a@b.example"],
      "--member and writing [cloud]",
    ],
  ])("%s", async (_sentence, flags, pair) => {
    const machine = newMachine();
    projectOn(machine);
    const result = await init(machine, ...PROJECT, ...flags);
    expect(result).toMatchObject({ code: 64, stdout: "" });
    expect(result.stderr).toContain(`error: ${pair} do not go together\n`);
    expect(read(machine, "config.toml")).toBe(CONFIG);
  });

  test("but a key by itself says that a key signs in", async () => {
    const machine = newMachine();
    projectOn(machine, `${CONFIG}\n[cloud]\nregion = "us-central1"\nauth = "adc"\n`);
    write(machine, "key.json", JSON.stringify(keyFile));
    const result = await init(machine, ...PROJECT, "--key-file", "key.json");
    expect(result.code, result.stderr).toBe(0);
    expect(read(machine, "config.toml")).toContain('auth = "key"');
  });
});

describe.each([
  ["writes", []],
  ["prints", ["--print-terraform"]],
])("al gcp init %s nothing for a project that is broken elsewhere", (_verb, flags) => {
  test.each([
    ["an agent's TOML", "agents/dev/config.toml", "credentials = [\n", "is not valid TOML"],
    ["an agent's model", "agents/dev/config.toml", 'models = ["gone"]\n', 'models names "gone"'],
    ["an agent's key", "agents/dev/config.toml", "credential = []\n", "credential is not a key"],
    ["an agent's SKILL.md", "agents/dev/SKILL.md", "---\nname: x\n", "has no end"],
    ["config.toml", "config.toml", `${CONFIG}typo = 1\n`, "typo is not a key"],
    ["config.toml's TOML", "config.toml", `${CONFIG}= 1\n`, "is not valid TOML"],
    [".env.toml", ".env.toml", "typo = 1\n", "typo is not a key"],
  ])("%s", async (_sentence, path, text, problem) => {
    const machine = newMachine();
    projectOn(machine);
    write(machine, path, text);
    const config = read(machine, "config.toml");
    const result = await init(machine, ...PROJECT, ...flags);
    expect(result).toMatchObject({ code: 78, stdout: "" });
    expect(result.stderr).toContain(problem);
    expect(result.stderr).toContain("\n  mend: ");
    expect(read(machine, "config.toml")).toBe(config);
  });

  test("all problems are told at once", async () => {
    const machine = newMachine();
    projectOn(machine);
    write(machine, "agents/dev/config.toml", 'models = ["gone"]\n');
    write(machine, "agents/Odd name/config.toml", "credentials = [\n");
    const { stderr } = await init(machine, ...PROJECT, ...flags);
    expect(stderr).toContain('models names "gone"');
    expect(stderr).toContain("is not valid TOML");
  });
});

test.each([
  ["that lacks its region", 'memory = "4Gi"\n'],
  ["with a zone for a region", 'region = "us-central1-a"\n'],
  ["with an unknown way to sign in", 'region = "us-central1"\nauth = "trust"\n'],
  ["with a number for a project", 'region = "us-central1"\nproject = "123456789012"\n'],
  ["with keys that contradict each other", 'auth = "adc"\ncredential = "gcp_service_account"\n'],
])("a [cloud] %s is mended", async (_sentence, cloud) => {
  const machine = newMachine();
  projectOn(machine, `${CONFIG}\n[cloud]\n${cloud}`);
  const result = await init(machine, ...PROJECT, "--region", "us-central1");
  expect(result.code, result.stderr).toBe(0);
  expect((await init(machine)).code).toBe(0);
});

describe("nothing is half done", () => {
  const KEY = "gcp_service_account";
  const withKey = (machine: Machine, ...flags: readonly string[]) => {
    write(machine, "key.json", JSON.stringify(keyFile));
    return init(machine, ...PROJECT, "--key-file", "key.json", ...flags);
  };
  const isStored = (machine: Machine): boolean => existsSync(join(machine.store, KEY));

  test("no key is stored when [cloud] is written in a way that al does not change", async () => {
    const machine = newMachine();
    projectOn(machine, 'cloud = { region = "us-central1" }\n[models.sonnet]\nprovider = "x"\n');
    const result = await withKey(machine);
    expect(result).toMatchObject({ code: 78, stdout: "" });
    expect(result.stderr).toContain("cannot be replaced");
    expect(isStored(machine)).toBe(false);
  });

  test("no key is stored when a file is in the place of the environments directory", async () => {
    const machine = newMachine();
    projectOn(machine);
    write(machine, ".action-llama/environments", "");
    const result = await withKey(machine, "-E", "prod");
    expect(result).toMatchObject({ code: 78, stdout: "" });
    expect(result.stderr).toContain("~/.action-llama/environments/prod.toml cannot be ");
    expect(isStored(machine)).toBe(false);
  });

  test("no key is stored when a directory is in the place of the environment file", async () => {
    const machine = newMachine();
    projectOn(machine);
    mkdirSync(join(machine.directory, ".action-llama/environments/prod.toml"), { recursive: true });
    const result = await withKey(machine, "-E", "prod");
    expect(result).toMatchObject({ code: 78, stdout: "" });
    expect(result.stderr).toContain("prod.toml cannot be read");
    expect(isStored(machine)).toBe(false);
  });

  test("no [cloud] is written when the key cannot be stored", async () => {
    const machine = newMachine();
    projectOn(machine);
    mkdirSync(dirname(machine.store), { recursive: true });
    writeFileSync(machine.store, "");
    const result = await withKey(machine);
    expect(result).toMatchObject({ code: 78, stdout: "" });
    expect(read(machine, "config.toml")).toBe(CONFIG);
  });
});

test("a linked config.toml stays a link, and comments that are lost are told", async () => {
  const machine = newMachine();
  projectOn(machine, `${CONFIG}\r\n[cloud] # ours\r\nregion = "us-central1"\r\n`);
  const config = join(machine.directory, "config.toml");
  renameSync(config, join(machine.directory, "kept.toml"));
  symlinkSync("kept.toml", config);
  const result = await init(machine, ...PROJECT);
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr).toContain("comments inside the old [cloud] are gone: # ours\n");
  expect(lstatSync(config).isSymbolicLink()).toBe(true);
  expect(read(machine, "kept.toml")).toContain('\r\nproject = "my-project"\r\n');
});
