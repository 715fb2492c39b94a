import type { Command } from "commander";
import type { DoctorOptions } from "./commands/doctor.ts";
import type { NewOptions } from "./commands/new.ts";
import type { Shell } from "./define-creds.ts";

/** Adds `al doctor`. */
export function defineDoctor(program: Command, { io, terminal, setStatus }: Shell): void {
  program
    .command("doctor")
    .description("Check a project's files and credentials, and ask for what is missing or refused")
    .option("-p, --project <directory>", "the project's directory", ".")
    .option("-E, --environment <name>", "environment file to lay over config.toml")
    .option("--check", "only look: ask for nothing, store nothing")
    .option("--no-check-values", "do not ask services whether stored values work")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", DOCTOR_HELP)
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("./commands/doctor.ts");
      setStatus(await doctor(options, io, terminal));
    });
}

/** Adds `al new`. */
export function defineNew(program: Command, { io, terminal, setStatus }: Shell): void {
  program
    .command("new")
    .description("Create a project with an example agent")
    .argument("<name>", "directory to create")
    .option("--no-interactive", "ask nothing and store nothing")
    .option("--provider <name>", "whose model the agents use (default: anthropic)")
    .option("--model <name>", "the model")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", NEW_HELP)
    .action(async (name: string, options: NewOptions) => {
      const { newProject } = await import("./commands/new.ts");
      setStatus(await newProject({ name, options }, io, terminal));
    });
}

/** Adds `al completion`, and the hidden command that its scripts call. */
export function defineCompletion(program: Command, { io, terminal, setStatus }: Shell): void {
  program
    .command("completion")
    .description("Print the script that completes al's commands in a shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", COMPLETION_HELP)
    .action(async (shell: string) => {
      const { completion } = await import("./commands/completion.ts");
      setStatus(await completion(shell, terminal));
    });
  program
    .command("__complete", { hidden: true })
    .argument("[line]")
    .action(async (line = "") => {
      const { complete } = await import("./commands/completion.ts");
      setStatus(await complete({ line, program }, io, terminal));
    });
}

const DOCTOR_HELP = `
Examples:
  al doctor
  al doctor -p my-agents -E prod
  al doctor --check --json

A project's agents need the credentials that they list, the keys of their models and the secrets of their webhooks.
Exit status: 0 when all is there, 78 when the configuration is wrong or a credential is missing or refused.`;

const NEW_HELP = `
Examples:
  al new my-agents
  al new my-agents --no-interactive
  al new my-agents --provider openai --model gpt-4o`;

const COMPLETION_HELP = `
Examples:
  source <(al completion bash)                                # in ~/.bashrc
  source <(al completion zsh)                                 # in ~/.zshrc, after compinit
  al completion fish > ~/.config/fish/completions/al.fish`;
