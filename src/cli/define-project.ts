import type { Command } from "commander";
import type { CloudDoctorOptions } from "./commands/doctor-cloudrun.ts";
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
    .option("--runtime <name>", "also look whether agents could run there: cloudrun")
    .option("--agent <name>", "with --runtime: only what this agent needs")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", DOCTOR_HELP)
    .action(async (options: CloudDoctorOptions) => {
      if (options.runtime === undefined && options.agent === undefined) {
        const { doctor } = await import("./commands/doctor.ts");
        setStatus(await doctor(options, io, terminal));
        return;
      }
      const { doctorCloudRun } = await import("./commands/doctor-cloudrun.ts");
      setStatus(await doctorCloudRun(options, io, terminal));
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
  al doctor --runtime cloudrun
  al doctor --runtime cloudrun --agent dev --json

A project's agents need the credentials that they list, the keys of their models and the secrets of their webhooks.
With --runtime cloudrun al also looks, and changes nothing, whether the Google Cloud project has what a run needs: sign-in,
APIs, permissions, service accounts, repositories, images. What it may not see is "unknown" and no failure; what is missing
is told with the command that mends it, for gcloud and for Terraform.
Exit status: 0 when all is there, 78 when the configuration is wrong or a credential is missing or refused.
With --runtime cloudrun, once the configuration is right: 0 when all is there, else 77, whatever is missing.`;

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
