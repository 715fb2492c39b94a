import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Machine, newMachine } from "../support/command-line.ts";
import { writeFields } from "../support/store.ts";

const AL = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const hasBash = spawnSync("bash", ["-c", "true"]).status === 0;

/** Two agents, two stored credentials, one environment. */
function filled(): Machine {
  const machine = newMachine();
  for (const agent of ["dev", "reviewer"]) {
    mkdirSync(join(machine.directory, "agents", agent), { recursive: true });
    writeFileSync(join(machine.directory, "agents", agent, "SKILL.md"), "Do it.\n");
  }
  writeFields(machine.store, {
    "git_ssh/botty/username": "Botty",
    "git_ssh/default/username": "Botty",
  });
  mkdirSync(join(machine.directory, ".action-llama/environments"));
  writeFileSync(join(machine.directory, ".action-llama/environments/prod.toml"), "");
  return machine;
}

test.each([
  ["commands", "al cr", ["creds"]],
  ["commands of a command", "al creds ", ["add", "help", "ls", "rm", "types"]],
  ["agents", "al run ", ["dev", "reviewer"]],
  ["agents of other commands", "al secrets sync d", ["dev"]],
  ["agents of the project that -p names", "al run -p nowhere ", []],
  ["stored refs to remove", "al creds rm ", ["git_ssh", "git_ssh:botty"]],
  [
    "types and stored refs to add",
    "al creds add git",
    ["git_ssh", "git_ssh:botty", "github_token", "github_webhook_secret"],
  ],
  ["types to look at", "al creds types vu", ["vultr_api_key"]],
  ["flags", "al doctor --no", ["--no-check-values"]],
  ["runtimes", "al run dev --runtime ", ["cloudrun"]],
  ["environments", "al doctor -E ", ["prod"]],
  ["shells", "al completion ", ["bash", "fish", "zsh"]],
  ["nothing where a file may stand", "al doctor -p ", []],
  ["nothing behind the last word of a command", "al creds rm git_ssh ", []],
])("completes %s", async (_sentence, line, expected) => {
  const { stdout, code } = await filled().al(["__complete", line]);
  expect({ code, candidates: stdout.split("\n").filter((one) => one !== "") }).toEqual({
    code: 0,
    candidates: expected,
  });
});

test.each([
  ["bash", "complete -o default -F _al_complete al"],
  ["zsh", "compdef _al_complete al"],
  ["fish", "complete -c al -f"],
])("the script for %s asks al itself for candidates", async (shell, registration) => {
  const { code, stdout } = await newMachine().al(["completion", shell]);
  expect(code).toBe(0);
  expect(stdout).toContain(registration);
  expect(stdout).toContain("al __complete ");
});

test("another shell is refused", async () => {
  expect(await newMachine().al(["completion", "tcsh"])).toMatchInlineSnapshot(`
    {
      "code": 64,
      "stderr": "error: There is no completion for "tcsh"
      why: the shells are: bash, zsh, fish
      mend: source <(al completion bash)
    ",
      "stdout": "",
    }
  `);
});

test.skipIf(!hasBash)("bash (needed) loads the script and completes, also behind a colon", () => {
  const machine = filled();
  const bin = join(machine.directory, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "al"), `#!/bin/sh\nexec '${process.execPath}' '${AL}' "$@"\n`);
  chmodSync(join(bin, "al"), 0o755);
  const script = `
    source <(al completion bash)
    try() {
      COMP_LINE="$1" COMP_POINT=\${#1}
      _al_complete al
      echo "\${COMPREPLY[*]}"
    }
    complete -p al
    try "al run r"
    try "al creds rm git_ssh:b"
    try "al doctor --js"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    cwd: machine.directory,
    encoding: "utf8",
    env: { HOME: machine.directory, PATH: `${bin}:${process.env.PATH}` },
  });
  expect(`${stdout}${stderr}`).toMatchInlineSnapshot(`
    "complete -o default -F _al_complete al
    reviewer
    botty
    --json
    "
  `);
});
