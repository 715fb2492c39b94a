import type { Command } from "commander";
import type { AddOptions } from "./commands/creds-add.ts";
import type { RmOptions } from "./commands/creds-rm.ts";
import type { TypesOptions } from "./commands/creds-types.ts";
import type { Io } from "./io.ts";
import type { Terminal } from "./terminal.ts";

/** What a command's definition needs to run it. Each command is loaded when it is called, so that none pays for another. */
export type Shell = {
  readonly io: Io;
  readonly terminal: Terminal;
  setStatus(code: number): void;
};

const JSON_FLAG = ["--json", "print one JSON document on stdout"] as const;

/** Adds `al creds` and its commands. */
export function defineCreds(program: Command, shell: Shell): void {
  const creds = program
    .command("creds")
    .description("Store, list and remove the credentials that agents use")
    .addHelpText("after", CREDS_HELP);
  defineAdd(creds, shell);
  defineRm(creds, shell);
  creds
    .command("ls")
    .description("List what is stored, by type: names of fields, never values")
    .option(...JSON_FLAG)
    .addHelpText("after", LS_HELP)
    .action(async (options: { json?: boolean }) => {
      const { credsLs } = await import("./commands/creds-ls.ts");
      shell.setStatus(await credsLs(options, shell.io, shell.terminal));
    });
  creds
    .command("types")
    .description("Browse the built-in credential types, and add one")
    .argument("[search]", "words to look for in ids, names and fields")
    .option(...JSON_FLAG)
    .addHelpText("after", TYPES_HELP)
    .action(async (search: string | undefined, options: TypesOptions) => {
      const { credsTypes } = await import("./commands/creds-types.ts");
      shell.setStatus(await credsTypes({ search, options }, shell.io, shell.terminal));
    });
}

function defineAdd(creds: Command, shell: Shell): void {
  creds
    .command("add")
    .description("Add or update a credential: ask for its fields, check them, store them")
    .argument("<ref>", "a type, or type:instance")
    .option(
      "--from-file <field=path>",
      "take a field's value from a file, or from standard input with - (repeatable)",
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .option("--stdin <field>", "take a field's value from standard input")
    .option("--no-check", "store the values without asking the service about them")
    .option(...JSON_FLAG)
    .addHelpText("after", ADD_HELP)
    .action(async (ref: string, options: AddOptions) => {
      const { credsAdd } = await import("./commands/creds-add.ts");
      shell.setStatus(await credsAdd({ ref, options }, shell.io, shell.terminal));
    });
}

function defineRm(creds: Command, shell: Shell): void {
  creds
    .command("rm")
    .description("Remove one stored instance of a credential")
    .argument("<ref>", "a type, or type:instance")
    .option("--yes", "do not ask")
    .option(...JSON_FLAG)
    .addHelpText("after", RM_HELP)
    .action(async (ref: string, options: RmOptions) => {
      const { credsRm } = await import("./commands/creds-rm.ts");
      shell.setStatus(await credsRm({ ref, options }, shell.io, shell.terminal));
    });
}

const CREDS_HELP = `
Credentials are files: ~/.action-llama/credentials/<type>/<instance>/<field>.
A ref is a type (its default instance) or type:instance.`;

const ADD_HELP = `
Examples:
  al creds add github_token
  al creds add git_ssh:botty
  al creds add gcp_service_account --from-file key_json=key.json
  printf %s "$TOKEN" | al creds add github_token:ci --stdin token

Fields that are stored and not named stay as they are. Without a terminal every missing field must be named.
Exit status: 64 usage, 65 a malformed or refused value, 130 left at a question.`;

const RM_HELP = `
Examples:
  al creds rm github_token
  al creds rm github_webhook_secret:myapp --yes

Copies in Secret Manager are not removed; al says in which projects they may be.
Exit status: 1 when there is no such credential.`;

const LS_HELP = `
Examples:
  al creds ls
  al creds ls --json`;

const TYPES_HELP = `
Examples:
  al creds types
  al creds types slack
  al creds types --json`;
