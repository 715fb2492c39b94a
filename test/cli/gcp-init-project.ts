import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Machine } from "../support/command-line.ts";

export const write = (machine: Machine, path: string, text: string): void => {
  const file = join(machine.directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

export const read = (machine: Machine, path: string): string =>
  readFileSync(join(machine.directory, path), "utf8");

export const CONFIG = `[models.sonnet]
provider = "anthropic"
model = "claude-sonnet-4-20250514"
`;

/** A project with two agents. */
export function projectOn(machine: Machine, config = CONFIG): void {
  write(machine, "config.toml", config);
  const agents = [
    ["dev", 'credentials = ["github_token", "git_ssh:botty"]\nmodels = ["sonnet"]\n'],
    ["Odd name", 'credentials = ["slack_bot_token"]\n'],
  ];
  for (const [name, toml = ""] of agents) {
    write(machine, `agents/${name}/SKILL.md`, "---\nname: x\ndescription: y\n---\nDo it.\n");
    write(machine, `agents/${name}/config.toml`, toml);
  }
}

/** `al gcp init` without a look at Google. */
export const init = (machine: Machine, ...flags: readonly string[]) =>
  machine.al(["gcp", "init", "--no-doctor", ...flags]);
