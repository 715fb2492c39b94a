import type { Command } from "commander";
import type { GcOptions } from "./commands/gc.ts";
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

/** Adds `al gc`. */
export function defineGc(program: Command, { io, terminal, setStatus }: Shell): void {
  withPlace(program.command("gc"))
    .description("Delete idle jobs, and destroy superseded versions that nothing uses")
    .option("--dry-run", "show what would go, and change nothing")
    .addHelpText("after", GC_HELP)
    .action(async (options: GcOptions) => {
      const { gcCommand } = await import("./commands/gc.ts");
      setStatus(await gcCommand(options, io, terminal));
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

Secrets are shown as create, new version, unchanged or conflict (one of that name exists and is not al's);
the job as differences against the agent's newest one. Exit status: 0, or 78 when there is a conflict.`;

const GC_HELP = `
Examples:
  al gc --dry-run
  al gc

Goes: jobs of al's that nothing ran for a day (the next run makes its job again), and versions of al's secrets that were superseded more
than eight days ago and that no job pins, in any region where the secret may be used. Nothing else is touched. Run it from time to time,
for example daily from cron.`;

const SECRETS_HELP = `
Examples:
  al secrets ls
  al secrets sync dev --dry-run
  al secrets rm git_ssh:botty --yes`;
