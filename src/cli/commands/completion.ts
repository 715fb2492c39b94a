import type { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { candidates } from "../candidates.ts";
import { completionScript, SHELLS, type Shell } from "../completion-scripts.ts";
import type { Io } from "../io.ts";
import type { Terminal } from "../terminal.ts";

/** `al completion`: prints the script for a shell; returns the exit status. */
export async function completion(shell: string, terminal: Terminal): Promise<number> {
  if (!isShell(shell)) {
    throw new UsageError({
      what: `There is no completion for ${JSON.stringify(shell)}`,
      why: `the shells are: ${SHELLS.join(", ")}`,
      remedy: "source <(al completion bash)",
    });
  }
  terminal.result(completionScript(shell));
  return 0;
}

const isShell = (text: string): text is Shell => SHELLS.some((shell) => shell === text);

/** `al __complete`: one candidate a line; returns the exit status. */
export async function complete(
  { line, program }: { readonly line: string; readonly program: Command },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  for (const candidate of await candidates(program, line, io)) terminal.result(candidate);
  return 0;
}
