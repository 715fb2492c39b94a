import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDirectory } from "../../src/cli/make-directory.ts";
import { shortName } from "../../src/cli/new-project.ts";
import { newMachine } from "../support/command-line.ts";

test("without questions: a project that doctor understands", async () => {
  const machine = newMachine();
  const result = await machine.al(["new", "mine", "--no-interactive"]);
  expect(result).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "Created ~/mine (anthropic, claude-sonnet-4-20250514)

    Next:
      cd mine
      al doctor                               # asks for the credentials that are missing
      al gcp init                             # where agents run: project, region, accounts
      al run example --runtime cloudrun       # shows what arrives; then name your image in agents/example/config.toml
    ",
    }
  `);
  const file = (path: string): string =>
    readFileSync(join(machine.directory, "mine", path), "utf8");
  expect(readdirSync(machine.directory)).toEqual(["mine"]);
  expect(file("config.toml")).toMatchInlineSnapshot(`
    "[models.sonnet]
    provider = "anthropic"
    model = "claude-sonnet-4-20250514"
    authType = "api_key"

    # Where agents run with al run <agent> --runtime cloudrun: al gcp init writes a [cloud] section here.
    "
  `);
  expect(file("agents/example/config.toml")).toMatchInlineSnapshot(`
    "# What the agent may use; store each with: al creds add <ref>
    credentials = ["github_token", "git_ssh"]
    models = ["sonnet"]

    # How it runs as a job on Cloud Run: for a start, a public image that only shows what arrives. Put your agent's own image in its place, for
    # example "us-central1-docker.pkg.dev/my-project/al-agents/example:1", and leave out the command that is not yours.
    [cloudrun]
    image = "docker.io/library/debian:stable-slim"
    command = ["/bin/sh", "-c", 'echo "Asked: $PROMPT"; echo "As: $GIT_AUTHOR_NAME"; ls /credentials/*/*/*']
    "
  `);
  expect(file(".gitignore")).toBe(
    "node_modules/\n.al/\n.env.toml\n.terraform/\n*.tfstate\n*.tfstate.*\n*.tfplan\n",
  );
  expect(JSON.parse(file("package.json"))).toEqual({ name: "mine", private: true, type: "module" });
  const doctor = await machine.al(["doctor", "-p", "mine", "--check", "--json"]);
  expect(JSON.parse(doctor.stdout)).toMatchObject({ problems: [], credentials: [{}, {}, {}] });
});

test("the example runs on Cloud Run once al gcp init has said where", async () => {
  const machine = newMachine();
  await machine.al(["new", "mine", "--no-interactive"]);
  const cloud = ["--gcp-project", "my-project", "--no-doctor"];
  expect(await machine.al(["gcp", "init", "-p", "mine", ...cloud])).toMatchObject({ code: 0 });
  const doctor = await machine.al(["doctor", "-p", "mine", "--check", "--json"]);
  expect(JSON.parse(doctor.stdout).problems).toEqual([]);
  expect(JSON.parse(doctor.stdout).notes).toEqual([]);
});

test("--provider, --model and --json", async () => {
  const machine = newMachine();
  const args = [
    "new",
    "mine",
    "--no-interactive",
    "--provider",
    "xai",
    "--model",
    "grok-4",
    "--json",
  ];
  const { code, stdout } = await machine.al(args);
  expect({ code, document: JSON.parse(stdout.replaceAll("~", "")) }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "document": {
        "authType": "api_key",
        "files": [
          "config.toml",
          "agents/example/SKILL.md",
          "agents/example/config.toml",
          ".gitignore",
          "package.json",
        ],
        "model": "grok-4",
        "path": "/mine",
        "provider": "xai",
      },
    }
  `);
});

test("is refused, and leaves nothing behind", async () => {
  const refused: readonly (readonly [string, string[]])[] = [
    ["nobody to ask", ["mine"]],
    ["an unknown provider", ["mine", "--no-interactive", "--provider", "acme"]],
    ["a provider without a usual model", ["mine", "--no-interactive", "--provider", "groq"]],
    ["a directory with something in it", ["full", "--no-interactive"]],
    ["a file in its place", ["full/file", "--no-interactive"]],
    ["no directory around it", ["no/where", "--no-interactive"]],
  ];
  const told: string[] = [];
  for (const [sentence, args] of refused) {
    const machine = newMachine();
    mkdirSync(join(machine.directory, "full"));
    writeFileSync(join(machine.directory, "full/file"), "");
    const { code, stderr } = await machine.al(["new", ...args]);
    expect(readdirSync(machine.directory, { recursive: true })).toEqual(["full", "full/file"]);
    told.push(`# ${sentence}: exit ${code}\n${stderr}`);
  }
  expect(told.join("\n")).toMatchInlineSnapshot(`
    "# nobody to ask: exit 64
    error: al new asks questions, and nobody is there to answer
      why: standard input is not a terminal
      mend: al new mine --no-interactive

    # an unknown provider: exit 64
    error: There is no model provider "acme"
      why: the providers are: anthropic, openai, groq, google, xai, mistral, openrouter, custom
      mend: Name one of them, for example: --provider anthropic

    # a provider without a usual model: exit 64
    error: No model of groq was named
      why: al knows no usual one
      mend: Add --model, for example: al new my-agents --provider groq --model <name>

    # a directory with something in it: exit 64
    error: ~/full is not empty
      why: a new project never mixes with what is there
      mend: Choose another name, or empty that directory first.

    # a file in its place: exit 64
    error: ~/full/file is not empty
      why: a new project never mixes with what is there
      mend: Choose another name, or empty that directory first.

    # no directory around it: exit 64
    error: There is no directory ~/no to make where in
      mend: Choose a place that exists.
    "
  `);
});

test("an empty directory is filled", async () => {
  const machine = newMachine();
  mkdirSync(join(machine.directory, "mine"));
  expect((await machine.al(["new", "mine", "--no-interactive"])).code).toBe(0);
  expect(existsSync(join(machine.directory, "mine/config.toml"))).toBe(true);
});

test.each([
  ["claude-sonnet-4-20250514", "sonnet"],
  ["gpt-4o", "gpt-4o"],
  ["meta/Llama 3.1", "meta-llama-3-1"],
  ["???", "main"],
])("the model %s is %s to its agents", (model, expected) => {
  expect(shortName(model)).toBe(expected);
});

test("a failure half-way leaves nothing half-made", async () => {
  const { directory } = newMachine();
  const files = new Map([
    ["a", "a file"],
    ["a/b", "cannot be made below a file"],
  ]);
  const making = makeDirectory(join(directory, "mine"), files);
  await expect(making).rejects.toThrow(`${join(directory, "mine")} cannot be made`);
  expect(readdirSync(directory)).toEqual([]);
});
