import type { Command } from "commander";
import type { SecretsOptions } from "./commands/secrets.ts";
import type { ConnectOptions } from "./connect.ts";
import type { Shell } from "./define-creds.ts";
import type { PlanOptions } from "./prepare-run.ts";

/** Adds `al plan`. */
export function definePlan(program: Command, { io, terminal, setStatus }: Shell): void {
  withPlace(program.command("plan"))
    .description("Show what a run of an agent would create, change and keep; nothing is changed")
    .argument("<agent>", "name of a directory below agents/")
    .addHelpText("after", PLAN_HELP)
    .action(async (agent: string, options: PlanOptions) => {
      const { planCommand } = await import("./commands/plan.ts");
      setStatus(await planCommand({ agent, options }, io, terminal));
    });
}

/** Adds `al secrets`. */
export function defineSecrets(program: Command, { io, terminal, setStatus }: Shell): void {
  const secrets = program
    .command("secrets")
    .description("See, write and remove the copies of credentials in Secret Manager")
    .addHelpText("after", SECRETS_HELP);
  withPlace(secrets.command("ls"))
    .description("List what is stored for whom, which versions are in use, and how many are billed")
    .action(async (options: ConnectOptions) => {
      const { listSecretsCommand } = await import("./commands/secrets.ts");
      setStatus(await listSecretsCommand(options, io, terminal));
    });
  withPlace(secrets.command("sync"))
    .description("Write what an agent's next run would write, and start nothing")
    .argument("<agent>", "name of a directory below agents/")
    .option("--dry-run", "show what would be written, and change nothing")
    .action(async (agent: string, options: SecretsOptions) => {
      const { syncSecretsCommand } = await import("./commands/secrets.ts");
      setStatus(await syncSecretsCommand({ agent, options }, io, terminal));
    });
  withPlace(secrets.command("rm"))
    .description("Remove a credential's copies from the project; the store keeps its own")
    .argument("<ref>", "a credential: type, or type:instance")
    .option("--dry-run", "show what would be removed, and change nothing")
    .option("--yes", "do not ask")
    .action(async (ref: string, options: SecretsOptions) => {
      const { removeSecretsCommand } = await import("./commands/secrets.ts");
      setStatus(await removeSecretsCommand({ ref, options }, io, terminal));
    });
}

/** The options of every command that looks at a project's cloud. */
const withPlace = (command: Command): Command =>
  command
    .option("-p, --project <directory>", "the project's directory", ".")
    .option("-E, --environment <name>", "environment file to lay over config.toml")
    .option("--json", "print one JSON document on stdout")
    .option("--verbose", "show each call to Google");

const PLAN_HELP = `
Examples:
  al plan dev
  al plan dev -E prod --json

Secrets are shown as create, add version, unchanged or conflict (one of that name exists and is not al's);
the job as differences against the agent's newest one. Exit status: 0, or 78 when there is a conflict.`;

const SECRETS_HELP = `
Examples:
  al secrets ls
  al secrets sync dev --dry-run
  al secrets rm git_ssh:botty --yes`;
