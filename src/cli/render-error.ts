import { AlError, EXIT } from "../errors.ts";
import type { Terminal } from "./terminal.ts";

/** A failure for people: what happened, why, and what mends it. Never a stack trace. */
export function renderError(error: unknown, terminal: Terminal): string {
  const { message, why, remedy, terraform } = wordsOf(error);
  const lines = [`${terminal.styled("red", "error:")} ${message}`];
  if (why !== undefined) lines.push(`  why: ${indent(why)}`);
  lines.push(`  mend: ${indent(remedy)}`);
  if (terraform !== undefined) lines.push(`  or in Terraform: ${terraform}`);
  return lines.join("\n");
}

/** The same for programs; `exitSource` says that the code is al's and not the agent's. */
export function errorDocument(error: unknown): object {
  const { message, why, remedy, terraform } = wordsOf(error);
  return {
    error: {
      what: message,
      ...(why === undefined ? {} : { why }),
      remedy,
      ...(terraform === undefined ? {} : { terraform }),
    },
    exitCode: exitOf(error),
    exitSource: "al",
  };
}

export const exitOf = (error: unknown): number =>
  error instanceof AlError ? error.exit : EXIT.bug;

type Words = {
  readonly message: string;
  readonly why?: string | undefined;
  readonly remedy: string;
  readonly terraform?: string | undefined;
};

function wordsOf(error: unknown): Words {
  if (error instanceof AlError) return error;
  return {
    message: "al met a failure that it does not know",
    why: error instanceof Error ? error.message : String(error),
    remedy: "This is a defect of al. Please report it with the command that you typed.",
  };
}

const indent = (text: string): string => text.split("\n").join("\n        ");
