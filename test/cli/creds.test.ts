import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../emulator/start.ts";
import { answering, type Machine, newMachine } from "../support/command-line.ts";
import { writeFields } from "../support/store.ts";

const stored = ({ store }: Machine, field: string): string =>
  readFileSync(join(store, field), "utf8");

describe("creds add without a terminal", () => {
  test("a value from standard input is stored, and what was looked at is said", async () => {
    const machine = newMachine();
    const result = await machine.al(["creds", "add", "openai_key:prod", "--stdin", "token"], {
      stdin: "sk-fake-value\n",
    });
    expect(result).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "accepted: the form: it begins with "sk-"; the key itself was not tried
      ",
        "stdout": "openai_key:prod: stored token in ~/.action-llama/credentials/openai_key/prod
      ",
      }
    `);
    expect(stored(machine, "openai_key/prod/token")).toBe("sk-fake-value\n");
  });

  test("values from files are stored together, and stored fields that are not named stay", async () => {
    const machine = newMachine();
    writeFields(machine.store, { "aws/default/default_region": "eu-central-1" });
    writeFileSync(join(machine.directory, "id"), "FAKEACCESSKEYID00000\n");
    writeFileSync(join(machine.directory, "key"), `${"fake".repeat(10)}\n`);
    const result = await machine.al([
      ...["creds", "add", "aws", "--json"],
      ...["--from-file", "access_key_id=id", "--from-file", "secret_access_key=~/key"],
    ]);
    expect({ ...result, stdout: JSON.parse(result.stdout) }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "accepted: the form: an access key id of 16 to 128 characters and a secret of 40 or more
      ",
        "stdout": {
          "check": {
            "checked": "the form: an access key id of 16 to 128 characters and a secret of 40 or more",
            "outcome": "ok",
          },
          "fields": [
            "access_key_id",
            "default_region",
            "secret_access_key",
          ],
          "path": "~/.action-llama/credentials/aws/default",
          "ref": "aws",
          "written": [
            "access_key_id",
            "secret_access_key",
          ],
        },
      }
    `);
    expect(stored(machine, "aws/default/default_region")).toBe("eu-central-1\n");
    expect(stored(machine, "aws/default/access_key_id")).toBe("FAKEACCESSKEYID00000\n");
  });

  test("a value that the service refuses is not stored, unless it is not asked", async () => {
    const machine = newMachine();
    const add = ["creds", "add", "github_token", "--stdin", "token"];
    const refusal = { stdin: "ghp_fake", fetch: answering(401, {}) };
    expect(await machine.al(add, refusal)).toMatchInlineSnapshot(`
      {
        "code": 65,
        "stderr": "refused: GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos): api.github.com refused it (401 Unauthorized)
      error: The values for github_token were refused; nothing was stored
        why: GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos): api.github.com refused it (401 Unauthorized)
        mend: Correct them and repeat the command, or store them unchecked: al creds add github_token --no-check
      ",
        "stdout": "",
      }
    `);
    expect(existsSync(machine.store)).toBe(false);
    expect(await machine.al([...add, "--no-check"], refusal)).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "github_token: stored token in ~/.action-llama/credentials/github_token/default
      ",
      }
    `);
    expect(stored(machine, "github_token/default/token")).toBe("ghp_fake\n");
  });

  test("a service that cannot be reached is no reason to refuse", async () => {
    const machine = newMachine();
    const add = ["creds", "add", "github_token", "--stdin", "token"];
    const result = await machine.al(add, { stdin: "ghp_fake" });
    expect(result).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "not known whether it works: GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos): api.github.com cannot be reached
      ",
        "stdout": "github_token: stored token in ~/.action-llama/credentials/github_token/default
      ",
      }
    `);
  });

  test("where an emulator stands in for Google, it is asked about a service account's key", async () => {
    const emulator = await startEmulator();
    onTestFinished(() => emulator.close());
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = (url, init) => {
      asked.push(String(url));
      return globalThis.fetch(url, init);
    };
    const machine = newMachine();
    const add = ["creds", "add", "gcp_service_account", "--from-file"];
    const options = { fetch, variables: { AL_GCP_EMULATOR: emulator.url } };
    const known = await machine.al([...add, `key_json=${emulator.keyFile}`], options);
    expect(known.stderr).toMatch(/^accepted: /);
    const key = { ...JSON.parse(readFileSync(emulator.keyFile, "utf8")), client_email: "x@y.z" };
    writeFileSync(join(machine.directory, "key.json"), JSON.stringify(key));
    expect((await machine.al([...add, "key_json=key.json"], options)).code).toBe(65);
    expect(asked).toEqual([`${emulator.url}/token`, `${emulator.url}/token`]);
  });

  const REFUSED: readonly (readonly [string, string[], { stdin?: string | Uint8Array }])[] = [
    [
      "bytes that are no text",
      ["github_token", "--stdin", "token"],
      { stdin: Uint8Array.of(0xff, 0xfe) },
    ],
    ["a mistyped type", ["githb_token"], {}],
    ["a type that is like no other", ["zzzzzzzz"], {}],
    ["no value at all", ["github_token"], {}],
    ["one field of several", ["aws", "--stdin", "access_key_id"], { stdin: "x" }],
    ["a field that the type does not have", ["github_token", "--stdin", "tokne"], {}],
    [
      "a field that is given twice",
      ["aws", "--from-file", "access_key_id=a", "--stdin", "access_key_id"],
      {},
    ],
    [
      "two fields from standard input",
      ["aws", "--from-file", "access_key_id=-", "--stdin", "default_region"],
      {},
    ],
    ["--from-file without a path", ["github_token", "--from-file", "token"], {}],
    ["a file that is not there", ["github_token", "--from-file", "token=nothing"], {}],
    ["an empty value", ["github_token", "--stdin", "token"], { stdin: " \n" }],
    [
      "a ref that leads out of the store",
      ["github_token:../..", "--stdin", "token"],
      { stdin: "x" },
    ],
  ];

  test("is refused, and nothing is stored", async () => {
    const told: string[] = [];
    for (const [sentence, args, options] of REFUSED) {
      const machine = newMachine();
      const { code, stdout, stderr } = await machine.al(["creds", "add", ...args], options);
      expect({ stdout, files: readdirSync(machine.directory) }).toEqual({ stdout: "", files: [] });
      told.push(`# ${sentence}: exit ${code}\n${stderr}`);
    }
    expect(told.join("\n")).toMatchInlineSnapshot(`
      "# bytes that are no text: exit 65
      error: No value can be read from standard input
        why: The encoded data was not valid for encoding utf-8
        mend: Give UTF-8 text, in a file that you may read.

      # a mistyped type: exit 64
      error: There is no credential type "githb_token"
        why: perhaps you mean github_token
        mend: al creds add github_token
              List all types: al creds types

      # a type that is like no other: exit 64
      error: There is no credential type "zzzzzzzz"
        why: al can only ask for the fields of types that it knows
        mend: List the types: al creds types

      # no value at all: exit 64
      error: No value is given for token of github_token
        why: standard input is not a terminal, so al cannot ask
        mend: al creds add github_token --stdin token < value.txt

      # one field of several: exit 64
      error: No value is given for secret_access_key of aws
        why: the flags name only a part of its fields, and the others are not stored
        mend: al creds add aws --from-file access_key_id=path --from-file secret_access_key=path

      # a field that the type does not have: exit 64
      error: github_token has no field "tokne"
        why: its fields are: token
        mend: Name one of them, for example: --from-file token=path

      # a field that is given twice: exit 64
      error: The field access_key_id is given twice
        mend: Give each field once, and all but one of them with --from-file field=path.

      # two fields from standard input: exit 64
      error: Standard input can hold only one field's value
        mend: Give each field once, and all but one of them with --from-file field=path.

      # --from-file without a path: exit 64
      error: --from-file "token" is not of the form field=path
        mend: Write, for example: --from-file key_json=key.json

      # a file that is not there: exit 65
      error: No value can be read from ~/nothing
        why: ENOENT: no such file or directory, open '~/nothing'
        mend: Give UTF-8 text, in a file that you may read.

      # an empty value: exit 65
      error: The value of token is empty
        why: standard input held nothing but blanks
        mend: Give the value itself, for example: printf %s "$VALUE" | al creds add … --stdin field

      # a ref that leads out of the store: exit 65
      error: "../.." cannot be a credential instance
        why: it has a slash
        mend: Write a credential instance as one plain name, for example "default" or "my-org".
      "
    `);
  });
});

describe("creds ls", () => {
  test("groups by type, one line an instance, unknown types too, never a value", async () => {
    const machine = newMachine();
    writeFields(machine.store, {
      "github_token/default/token": "ghp_secret",
      "git_ssh/botty/id_rsa": "secret",
      "git_ssh/botty/username": "Botty",
      "git_ssh/default/email": "a@example.com",
      "my_service/MyOrg/api_key": "secret",
    });
    mkdirSync(join(machine.store, "aws/empty"), { recursive: true });
    const { stdout } = await machine.al(["creds", "ls"]);
    expect(stdout).toMatchInlineSnapshot(`
      "
        AWS Credentials (aws)
          aws:empty  ()

        SSH Key & Git Identity (git_ssh)
          git_ssh:botty  (id_rsa, username)
          git_ssh  (email)

        GitHub Personal Access Token (github_token)
          github_token  (token)

        my_service (my_service)
          my_service:MyOrg  (api_key)

      "
    `);
    const json = await machine.al(["creds", "ls", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchInlineSnapshot(`
      {
        "credentials": [
          {
            "fields": [],
            "instance": "empty",
            "label": "AWS Credentials",
            "ref": "aws:empty",
            "type": "aws",
          },
          {
            "fields": [
              "id_rsa",
              "username",
            ],
            "instance": "botty",
            "label": "SSH Key & Git Identity",
            "ref": "git_ssh:botty",
            "type": "git_ssh",
          },
          {
            "fields": [
              "email",
            ],
            "instance": "default",
            "label": "SSH Key & Git Identity",
            "ref": "git_ssh",
            "type": "git_ssh",
          },
          {
            "fields": [
              "token",
            ],
            "instance": "default",
            "label": "GitHub Personal Access Token",
            "ref": "github_token",
            "type": "github_token",
          },
          {
            "fields": [
              "api_key",
            ],
            "instance": "MyOrg",
            "label": "my_service",
            "ref": "my_service:MyOrg",
            "type": "my_service",
          },
        ],
        "store": "~/.action-llama/credentials",
      }
    `);
    expect(stdout + json.stdout).not.toMatch(/secret$|ghp_|Botty/m);
  });

  test("an empty store says where it looked", async () => {
    expect(await newMachine().al(["creds", "ls"])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "No credentials found at ~/.action-llama/credentials
      ",
      }
    `);
  });
});

describe("creds rm", () => {
  const filled = (): Machine => {
    const machine = newMachine();
    writeFields(machine.store, {
      "github_token/default/token": "ghp_fake",
      "github_token/bot/token": "ghp_fake",
    });
    return machine;
  };

  test("removes exactly that instance", async () => {
    const machine = filled();
    expect(await machine.al(["creds", "rm", "github_token", "--yes"])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "github_token: removed
      ",
      }
    `);
    expect(readdirSync(join(machine.store, "github_token"))).toEqual(["bot"]);
  });

  test("says in which projects a copy may be", async () => {
    const machine = filled();
    const state = join(machine.directory, ".action-llama/cloud-run-state");
    mkdirSync(state);
    const remember = (file: string, project: string | undefined, ...ids: string[]): void =>
      writeFileSync(
        join(state, file),
        JSON.stringify({
          project,
          salt: "x",
          secrets: Object.fromEntries(ids.map((id) => [id, {}])),
        }),
      );
    remember("credentials-1.json", "mine", "al--github_token--bot--token");
    remember("credentials-2.json", "other", "al--github_token--bottom--token");
    remember("credentials-3.json", undefined, "my-prefix--github_token--bot--_files");
    remember("elsewhere-4.json", "theirs", "al--github_token--bot--token");
    writeFileSync(join(state, "credentials-5.json"), "damaged");
    expect(await machine.al(["creds", "rm", "github_token:bot", "--yes"])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "Project mine may still hold a copy of github_token:bot in Secret Manager.
        To remove it, in the directory of agents that run there: al secrets rm github_token:bot
        To see what is there: gcloud secrets list --filter=labels.managed-by=action-llama --project=mine
      A project that agents ran in may still hold a copy of github_token:bot in Secret Manager.
        To remove it, in the directory of agents that run there: al secrets rm github_token:bot
        To see what is there: gcloud secrets list --filter=labels.managed-by=action-llama --project=PROJECT
      ",
        "stdout": "github_token:bot: removed
      ",
      }
    `);
  });

  test("what is not stored is not found, and nothing happens", async () => {
    const machine = filled();
    expect(await machine.al(["creds", "rm", "github_token:bott", "--yes"])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "github_token:bott: not found at ~/.action-llama/credentials. Stored of that type: github_token:bot, github_token.
      ",
        "stdout": "",
      }
    `);
    expect(readdirSync(join(machine.store, "github_token"))).toEqual(["bot", "default"]);
  });

  test.each(["github_token:", "github_token:..", ".", "github_token:a/b"])(
    "%s is no ref, and nothing is removed",
    async (ref) => {
      const machine = filled();
      expect((await machine.al(["creds", "rm", ref, "--yes"])).code).toBe(65);
      expect(readdirSync(join(machine.store, "github_token"))).toEqual(["bot", "default"]);
    },
  );

  test("nobody can confirm without a terminal", async () => {
    const machine = filled();
    expect(await machine.al(["creds", "rm", "github_token"])).toMatchInlineSnapshot(`
      {
        "code": 64,
        "stderr": "error: Nobody can confirm that github_token is to be removed
        why: standard input is not a terminal
        mend: al creds rm github_token --yes
      ",
        "stdout": "",
      }
    `);
    expect(stored(machine, "github_token/default/token")).toBe("ghp_fake\n");
  });

  test("--json tells what was done", async () => {
    const { code, stdout } = await filled().al(["creds", "rm", "github_token", "--yes", "--json"]);
    expect({ code, document: JSON.parse(stdout) }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "document": {
          "cloudProjects": [],
          "ref": "github_token",
          "removed": true,
        },
      }
    `);
  });
});

describe("creds types", () => {
  test("away from a terminal: a table under the page's three headings", async () => {
    const { code, stdout } = await newMachine().al(["creds", "types"]);
    expect(code).toBe(0);
    const headings = stdout.split("\n").filter((line) => /^\S/.test(line));
    expect(headings).toEqual([
      "Agent runtime credentials",
      "Webhook secrets",
      "Infrastructure credentials",
    ]);
    const rows = stdout.split("\n").filter((line) => line.startsWith("  "));
    expect(rows.filter((row) => !row.endsWith("(extension)"))).toHaveLength(32);
  });

  test("a search looks at ids, labels and fields", async () => {
    expect((await newMachine().al(["creds", "types", "slack"])).stdout).toMatchInlineSnapshot(`
      "Agent runtime credentials
        slack_bot_token       token  Slack bot user OAuth token

      Webhook secrets
        slack_signing_secret  secret  Signing secret for Slack webhook verification
      "
    `);
  });

  test("a search without a match", async () => {
    expect(await newMachine().al(["creds", "types", "slak_bot_token"])).toMatchInlineSnapshot(`
      {
        "code": 64,
        "stderr": "error: No credential type matches "slak_bot_token"
        why: perhaps you mean slack_bot_token
        mend: List all of them: al creds types
      ",
        "stdout": "",
      }
    `);
  });

  test("--json gives every type with its fields", async () => {
    const { stdout } = await newMachine().al(["creds", "types", "git_ssh", "--json"]);
    expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
      {
        "types": [
          {
            "agentContext": "An SSH key and a git identity are set: \`git clone\`, \`commit\` and \`push\` work",
            "description": "SSH private key + git author identity",
            "extension": false,
            "fields": [
              {
                "env": [],
                "kind": "key",
                "label": "Private key",
                "name": "id_rsa",
                "optional": false,
              },
              {
                "env": [
                  "GIT_AUTHOR_NAME",
                  "GIT_COMMITTER_NAME",
                ],
                "kind": "plain",
                "label": "Git user name",
                "name": "username",
                "optional": false,
              },
              {
                "env": [
                  "GIT_AUTHOR_EMAIL",
                  "GIT_COMMITTER_EMAIL",
                ],
                "kind": "plain",
                "label": "Git e-mail",
                "name": "email",
                "optional": false,
              },
            ],
            "helpUrl": "https://docs.github.com/authentication/connecting-to-github-with-ssh/generating-a-new-ssh-key-and-adding-it-to-the-ssh-agent",
            "id": "git_ssh",
            "label": "SSH Key & Git Identity",
            "section": "runtime",
          },
        ],
      }
    `);
  });
});
