import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command, Option } from "commander";
import { agentNames } from "../config/agent-names.ts";
import { readSettings } from "../config/settings.ts";
import { listInstances } from "../credentials/list-instances.ts";
import { formatRef } from "../credentials/ref.ts";
import { CREDENTIAL_TYPES } from "../credentials/types.ts";
import { SHELLS } from "./completion-scripts.ts";
import type { Io } from "./io.ts";

/** What may stand where the line ends; nothing where a shell should offer files. */
export async function candidates(program: Command, line: string, io: Io): Promise<string[]> {
  const words = line.trimStart().split(/\s+/).slice(1);
  const current = words.pop() ?? "";
  const { command, operands, pending } = walk(program, words);
  const all =
    pending === undefined
      ? await positional(command, { operands, current, words, io })
      : await optionValues(pending, io);
  return all.filter((candidate) => candidate.startsWith(current)).sort();
}

type Place = {
  readonly command: Command;
  /** Words before the current one that are neither commands nor flags. */
  readonly operands: readonly string[];
  /** A flag whose value the current word is. */
  readonly pending: Option | undefined;
};

/** Follows the words through commands and flags, as commander would. */
function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let pending: Option | undefined;
  const operands: string[] = [];
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (word.startsWith("-")) {
      const option = command.options.find(({ short, long }) => word === short || word === long);
      pending = option?.required === true ? option : undefined;
    } else {
      const sub =
        operands.length === 0 ? subcommands(command).find(({ name }) => name === word) : undefined;
      if (sub === undefined) operands.push(word);
      else command = sub.command;
    }
  }
  return { command, operands, pending };
}

/** Commands that `--help` lists. */
const subcommands = (command: Command) =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((sub) => ({ name: sub.name(), command: sub }));

type Situation = {
  readonly operands: readonly string[];
  readonly current: string;
  readonly words: readonly string[];
  readonly io: Io;
};

async function positional(command: Command, at: Situation): Promise<string[]> {
  if (at.current.startsWith("-")) {
    return [...command.options.flatMap(({ long }) => long ?? []), "--help"];
  }
  if (command.commands.length > 0) {
    return at.operands.length === 0 ? subcommands(command).map(({ name }) => name) : [];
  }
  return at.operands.length === 0 ? firstOperand(command, at) : [];
}

async function firstOperand(command: Command, { words, io }: Situation): Promise<string[]> {
  switch (command.name()) {
    case "run":
    case "plan":
    case "sync":
      return agentNames(resolve(io.workingDirectory, projectIn(words)));
    case "add":
      return [...new Set([...typeIds(), ...(await storedRefs(io))])];
    case "rm":
      return storedRefs(io);
    case "types":
      return typeIds();
    case "completion":
      return [...SHELLS];
    default:
      return [];
  }
}

async function optionValues({ long, argChoices }: Option, io: Io): Promise<string[]> {
  if (argChoices !== undefined) return [...argChoices];
  if (long === "--runtime") return ["cloudrun"];
  return long === "--environment" ? environmentNames(io) : [];
}

/** Where `-p` of the line leads. */
function projectIn(words: readonly string[]): string {
  const flag = words.findIndex((word) => word === "-p" || word === "--project");
  return flag < 0 ? "." : (words[flag + 1] ?? ".");
}

const typeIds = (): string[] => CREDENTIAL_TYPES.map(({ id }) => id);

const storedRefs = async (io: Io): Promise<string[]> =>
  (await listInstances(readSettings(io.variables).store)).map(({ ref }) => formatRef(ref));

async function environmentNames(io: Io): Promise<string[]> {
  const directory = readSettings(io.variables).environments;
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(".toml")).map((name) => name.slice(0, -5));
}
