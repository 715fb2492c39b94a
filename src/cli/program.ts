import { Command, CommanderError } from "commander";
import { EXIT } from "../errors.ts";
import { defineGc, definePlan, defineSecrets } from "./define-cloud.ts";
import { defineCreds } from "./define-creds.ts";
import { defineGcp } from "./define-gcp.ts";
import { defineCompletion, defineDoctor, defineNew } from "./define-project.ts";
import type { Io } from "./io.ts";
import type { RunOptions } from "./prepare-run.ts";
import { PromptCancelled } from "./prompt-cancelled.ts";
import { errorDocument, exitOf, renderError } from "./render-error.ts";
import { Terminal } from "./terminal.ts";
import { usageWords } from "./unknown-option.ts";

/** Runs `al` with these arguments (without the program's own two); returns its exit status. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const { stdout, stderr } = io;
  const noColour = (io.variables.NO_COLOR ?? "") !== "";
  const terminal = new Terminal({ stdout, stderr, noColour });
  let status = 0;
  const program = buildProgram(io, terminal, (code) => {
    status = code;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (error instanceof PromptCancelled) return left(terminal);
    terminal.note(renderError(error, terminal));
    if (args.includes("--json")) terminal.json(errorDocument(error));
    return exitOf(error);
  }
}

/** Ctrl-C at a question, as a shell reports it. */
function left(terminal: Terminal): number {
  terminal.note("Cancelled. What was not yet stored is not stored.");
  return 130;
}

function buildProgram(io: Io, terminal: Terminal, setStatus: (code: number) => void): Command {
  const program = new Command("al")
    .description("Runs Action Llama agents as Google Cloud Run Jobs")
    .version("0.1.0")
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(usageWords(text)),
    });
  const shell = { io, terminal, setStatus };
  addRun(program, async (agent, prompt, options) => {
    const { runCommand } = await import("./commands/run.ts");
    setStatus(await runCommand({ agent, prompt, options }, io, terminal));
  });
  definePlan(program, shell);
  defineSecrets(program, shell);
  defineGc(program, shell);
  defineGcp(program, shell);
  defineCreds(program, shell);
  defineDoctor(program, shell);
  defineNew(program, shell);
  defineCompletion(program, shell);
  return program;
}

type RunAction = (agent: string, prompt: string | undefined, options: RunOptions) => Promise<void>;

function addRun(program: Command, action: RunAction): void {
  program
    .command("run")
    .description("Run an agent once, show its output, and end with its exit code")
    .argument("<agent>", "name of a directory below agents/")
    .argument("[prompt]", "what to tell the agent; - reads it from standard input")
    .option("--runtime <name>", "where to run it: cloudrun")
    .option("-p, --project <directory>", "the project's directory", ".")
    .option("-E, --environment <name>", "environment file to lay over config.toml")
    .option("--dry-run", "show what would be created and called, and change nothing")
    .option("--detach", "start the run, print its name, and leave")
    .option("--json", "print one JSON document on stdout; the agent's output goes to stderr")
    .option("--verbose", "show each call to Google")
    .addHelpText("after", RUN_HELP)
    .action(action);
}

const RUN_HELP = `
Examples:
  al run dev --runtime cloudrun
  al run dev "fix the failing test" --runtime cloudrun
  git diff | al run reviewer - --runtime cloudrun -E prod

Exit status: the agent's own; 128+n for a signal, 124 timeout, 130 cancelled, 137 out of memory.
When there is none: 64 usage, 65 bad data, 69 Google unavailable or outcome unknown, 70 defect of al,
75 try again, 77 permission, 78 configuration.`;
