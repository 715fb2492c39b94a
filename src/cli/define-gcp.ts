import { type Command, Option } from "commander";
import type { Shell } from "./define-creds.ts";
import type { GcpInitOptions } from "./gcp-asking.ts";

/** Adds `al gcp`. */
export function defineGcp(program: Command, { io, terminal, setStatus }: Shell): void {
  program
    .command("gcp")
    .description("Set up where agents run in Google Cloud")
    .command("init")
    .description("Write [cloud], store the key, and look whether the Google Cloud project is ready")
    .option("-p, --project <directory>", "the project's directory", ".")
    .option("-E, --environment <name>", "write the environment file instead of config.toml")
    .option("--gcp-project <id>", "id of the Google Cloud project (default: the stored key's)")
    .option("--region <region>", "where agents run (default: us-central1)")
    .option("--artifact-registry <address>", "where images go (default: the repository al-agents)")
    .addOption(
      new Option("--runners <kind>", "an account for each agent, or one for all").choices([
        "per-agent",
        "shared",
      ]),
    )
    .option("--service-account <e-mail>", "the account that all agents run as")
    .addOption(
      new Option("--auth <kind>", "how al signs in").choices(["key", "adc", "impersonate"]),
    )
    .option("--impersonate <e-mail>", "the account that al acts as, without a key")
    .option("--key-file <path>", "a service-account key to store as gcp_service_account")
    .option("--print-terraform", "print a main.tf that makes the project ready; write nothing")
    .option(
      "--member <member...>",
      "with --print-terraform: who may act as al's account without a key",
    )
    .option("--no-doctor", "do not look at the Google Cloud project")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", GCP_INIT_HELP)
    .action(async (options: GcpInitOptions) => {
      const { gcpInit } = await import("./commands/gcp-init.ts");
      setStatus(await gcpInit(options, io, terminal));
    });
}

const GCP_INIT_HELP = `
Examples:
  al gcp init
  al gcp init --gcp-project my-project --region europe-west1 --key-file key.json
  al gcp init --gcp-project my-project --print-terraform --member user:you@example.com > main.tf

It asks for what no flag says, replaces the [cloud] section and leaves every other line as it is. Accounts that [cloud] names stay unless
others are chosen. The file is that of the environment which -E, AL_ENV or .env.toml names, else config.toml. --print-terraform writes one entry
for each agent of the project, with exactly its credentials, and makes the account and the repository that [cloud] names; --auth key adds a
key to it, which is then in Terraform's state. With --json it prints {"terraform": "..."}.
At the end it does what al doctor --runtime cloudrun does, which asks for missing credentials.
Exit status: that of al doctor; 0 with --no-doctor or --print-terraform.`;
