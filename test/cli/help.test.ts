import { expect, test } from "vitest";
import { newMachine } from "../support/command-line.ts";

const help = async (command: string): Promise<string> => {
  const { code, stdout } = await newMachine().al([...command.split(" "), "--help"]);
  expect(code).toBe(0);
  return stdout;
};

test("al creds", async () =>
  expect(await help("creds")).toMatchInlineSnapshot(`
  "Usage: al creds [options] [command]

  Store, list and remove the credentials that agents use

  Options:
    -h, --help                display help for command

  Commands:
    add [options] <ref>       Add or update a credential: ask for its fields,
                              check them, store them
    rm [options] <ref>        Remove one stored instance of a credential
    ls [options]              List what is stored, by type: names of fields, never
                              values
    types [options] [search]  Browse the built-in credential types, and add one
    help [command]            display help for command

  Credentials are files: ~/.action-llama/credentials/<type>/<instance>/<field>.
  A ref is a type (its default instance) or type:instance.
  "
`));
test("al creds add", async () =>
  expect(await help("creds add")).toMatchInlineSnapshot(`
  "Usage: al creds add [options] <ref>

  Add or update a credential: ask for its fields, check them, store them

  Arguments:
    ref                       a type, or type:instance

  Options:
    --from-file <field=path>  take a field's value from a file, or from standard
                              input with - (repeatable)
    --stdin <field>           take a field's value from standard input
    --no-check                store the values without asking the service about
                              them
    --json                    print one JSON document on stdout
    -h, --help                display help for command

  Examples:
    al creds add github_token
    al creds add git_ssh:botty
    al creds add gcp_service_account --from-file key_json=key.json
    printf %s "$TOKEN" | al creds add github_token:ci --stdin token

  Fields that are stored and not named stay as they are. Without a terminal every missing field must be named.
  Exit status: 64 usage, 65 a malformed or refused value, 130 left at a question.
  "
`));
test("al creds rm", async () =>
  expect(await help("creds rm")).toMatchInlineSnapshot(`
  "Usage: al creds rm [options] <ref>

  Remove one stored instance of a credential

  Arguments:
    ref         a type, or type:instance

  Options:
    --yes       do not ask
    --json      print one JSON document on stdout
    -h, --help  display help for command

  Examples:
    al creds rm github_token
    al creds rm github_webhook_secret:myapp --yes

  Copies in Secret Manager are not removed; al says in which projects they may be.
  Exit status: 1 when there is no such credential.
  "
`));
test("al creds ls", async () =>
  expect(await help("creds ls")).toMatchInlineSnapshot(`
  "Usage: al creds ls [options]

  List what is stored, by type: names of fields, never values

  Options:
    --json      print one JSON document on stdout
    -h, --help  display help for command

  Examples:
    al creds ls
    al creds ls --json
  "
`));
test("al creds types", async () =>
  expect(await help("creds types")).toMatchInlineSnapshot(`
  "Usage: al creds types [options] [search]

  Browse the built-in credential types, and add one

  Arguments:
    search      words to look for in ids, names and fields

  Options:
    --json      print one JSON document on stdout
    -h, --help  display help for command

  Examples:
    al creds types
    al creds types slack
    al creds types --json
  "
`));
test("al doctor", async () =>
  expect(await help("doctor")).toMatchInlineSnapshot(`
    "Usage: al doctor [options]

    Check a project's files and credentials, and ask for what is missing or refused

    Options:
      -p, --project <directory>  the project's directory (default: ".")
      -E, --environment <name>   environment file to lay over config.toml
      --check                    only look: ask for nothing, store nothing
      --no-check-values          do not ask services whether stored values work
      --runtime <name>           also look whether agents could run there: cloudrun
      --agent <name>             with --runtime: only what this agent needs
      --json                     print one JSON document on stdout
      -h, --help                 display help for command

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
    With --runtime cloudrun, once the configuration is right: 0 when all is there, else 77, whatever is missing.
    "
  `));
test("al new", async () =>
  expect(await help("new")).toMatchInlineSnapshot(`
  "Usage: al new [options] <name>

  Create a project with an example agent

  Arguments:
    name               directory to create

  Options:
    --no-interactive   ask nothing and store nothing
    --provider <name>  whose model the agents use (default: anthropic)
    --model <name>     the model
    --json             print one JSON document on stdout
    -h, --help         display help for command

  Examples:
    al new my-agents
    al new my-agents --no-interactive
    al new my-agents --provider openai --model gpt-4o
  "
`));
test("al gc", async () =>
  expect(await help("gc")).toMatchInlineSnapshot(`
  "Usage: al gc [options]

  Delete idle jobs, and destroy superseded versions that nothing uses

  Options:
    -p, --project <directory>  the project's directory (default: ".")
    -E, --environment <name>   environment file to lay over config.toml
    --json                     print one JSON document on stdout
    --verbose                  show each call to Google
    --dry-run                  show what would go, and change nothing
    -h, --help                 display help for command

  Examples:
    al gc --dry-run
    al gc

  Goes: jobs of al's that nothing ran for a day (the next run makes its job again), and versions of al's secrets that were superseded more
  than eight days ago and that no job pins, in any region where the secret may be used. Nothing else is touched. Run it from time to time,
  for example daily from cron.
  "
`));
test("al gcp init", async () =>
  expect(await help("gcp init")).toMatchInlineSnapshot(`
    "Usage: al gcp init [options]

    Write [cloud], store the key, and look whether the Google Cloud project is ready

    Options:
      -p, --project <directory>      the project's directory (default: ".")
      -E, --environment <name>       write the environment file instead of
                                     config.toml
      --gcp-project <id>             id of the Google Cloud project (default: the
                                     stored key's)
      --region <region>              where agents run (default: us-central1)
      --artifact-registry <address>  where images go (default: the repository
                                     al-agents)
      --runners <kind>               an account for each agent, or one for all
                                     (choices: "per-agent", "shared")
      --service-account <e-mail>     the account that all agents run as
      --auth <kind>                  how al signs in (choices: "key", "adc",
                                     "impersonate")
      --impersonate <e-mail>         the account that al acts as, without a key
      --key-file <path>              a service-account key to store as
                                     gcp_service_account
      --print-terraform              print a main.tf that makes the project ready;
                                     write nothing
      --member <member...>           with --print-terraform: who may act as al's
                                     account without a key
      --no-doctor                    do not look at the Google Cloud project
      --json                         print one JSON document on stdout
      -h, --help                     display help for command

    Examples:
      al gcp init
      al gcp init --gcp-project my-project --region europe-west1 --key-file key.json
      al gcp init --gcp-project my-project --print-terraform --member user:you@example.com > main.tf

    It asks for what no flag says, replaces the [cloud] section and leaves every other line as it is. Accounts that [cloud] names stay unless
    others are chosen. The file is that of the environment which -E, AL_ENV or .env.toml names, else config.toml. --print-terraform writes one entry
    for each agent of the project, with exactly its credentials, and makes the account and the repository that [cloud] names; --auth key adds a
    key to it, which is then in Terraform's state. With --json it prints {"terraform": "..."}.
    At the end it does what al doctor --runtime cloudrun does, which asks for missing credentials.
    Exit status: that of al doctor; 0 with --no-doctor or --print-terraform.
    "
  `));
test("al completion", async () =>
  expect(await help("completion")).toMatchInlineSnapshot(`
  "Usage: al completion [options] <shell>

  Print the script that completes al's commands in a shell

  Arguments:
    shell       bash, zsh or fish

  Options:
    -h, --help  display help for command

  Examples:
    source <(al completion bash)                                # in ~/.bashrc
    source <(al completion zsh)                                 # in ~/.zshrc, after compinit
    al completion fish > ~/.config/fish/completions/al.fish
  "
`));

test("the hidden command for completion is not listed", async () => {
  expect((await newMachine().al(["--help"])).stdout).not.toContain("__complete");
});
