import type { Io } from "../io.ts";
import { type PlanOptions, prepareRun } from "../prepare-run.ts";
import { showPlan } from "../show-plan.ts";
import type { Terminal } from "../terminal.ts";

/** `al plan`: returns the exit status. */
export async function planCommand(
  input: { readonly agent: string; readonly options: PlanOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const prepared = await prepareRun({ ...input, prompt: undefined }, io, terminal);
  try {
    return await showPlan(prepared, input.options, terminal);
  } finally {
    await prepared.needs.google.close();
  }
}
