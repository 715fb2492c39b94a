import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { answering, type Machine, newMachine } from "../support/command-line.ts";
import { writeFields } from "../support/store.ts";

/** A machine whose home directory is a project with these files. */
function project(files: Readonly<Record<string, string>>): Machine {
  const machine = newMachine();
  for (const [path, content] of Object.entries(files)) {
    const file = join(machine.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return machine;
}

const SKILL = "---\nname: dev\ndescription: Does it\n---\nDo it.\n";
const MODEL = '[models.sonnet]\nprovider = "anthropic"\nmodel = "m"\nauthType = "api_key"\n';
const CLOUD =
  '[cloud]\nregion = "us-central1"\nservice_account = "al-runner@demo-project.iam.gserviceaccount.com"\n';

const GATEWAY_KEY = { "gateway_api_key/default/key": "fake" };

describe("what a project needs", () => {
  test("agents' lists, models' keys, webhooks' secrets and al's own key; half an instance is not there", async () => {
    const machine = project({
      "config.toml": `${CLOUD}${MODEL}[models.pi]\nprovider = "anthropic"\nauthType = "pi_auth"\n[models.gpt]\nprovider = "openai"\n[webhooks.mine]\ntype = "github"\ncredential = "MyOrg"\n[webhooks.sentry]\ntype = "sentry"\n`,
      "agents/dev/SKILL.md": SKILL,
      "agents/dev/config.toml":
        'credentials = ["git_ssh:botty", "my_service"]\nmodels = ["sonnet"]\n[cloudrun]\nimage = "host.local/agent"\n[[webhooks]]\nsource = "mine"\n',
      "agents/reviewer/SKILL.md": SKILL,
      "agents/reviewer/config.toml":
        'credentials = ["git_ssh:botty"]\nmodels = ["pi", "gpt"]\n[[webhooks]]\nsource = "sentry"\n[[webhooks]]\nsource = "linear"\n',
    });
    writeFields(machine.store, {
      ...GATEWAY_KEY,
      "git_ssh/botty/username": "Botty",
      "anthropic_key/default/token": "sk-ant-api03-fake",
      "sentry_client_secret/AnyOrg/secret": "fake",
    });
    const { code, stdout, stderr } = await machine.al(["doctor", "--check", "--no-check-values"]);
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "  note     Agent "reviewer" has no [cloudrun] section: it cannot run there yet
        missing  SSH Key & Git Identity (git_ssh:botty): id_rsa, email; stored: username — agent dev, agent reviewer
        missing  my_service (my_service): <field> — agent dev
        ok       Anthropic API Credential (anthropic_key) — agent dev
        missing  GitHub Webhook Secret (github_webhook_secret:MyOrg): secret — webhooks of agent dev
        missing  OpenAI API Credential (openai_key): token — agent reviewer
        ok       Sentry Client Secret (sentry_client_secret:AnyOrg) — webhooks of agent reviewer
        missing  Linear Webhook Secret (linear_webhook_secret): secret — webhooks of agent reviewer
        missing  GCP Service Account Key (gcp_service_account): key_json — al's sign-in to Google Cloud
        ok       Gateway API key (gateway_api_key)
      6 of 8 credentials missing or refused. To mend:
        al creds add git_ssh:botty
        (umask 077; mkdir -p ~/.action-llama/credentials/my_service/default && printf %s "$VALUE" > ~/.action-llama/credentials/my_service/default/token)   # one file for each field; al does not know this type's
        al creds add github_webhook_secret:MyOrg
        al creds add openai_key
        al creds add linear_webhook_secret
        al creds add gcp_service_account
      "
    `);
    const json = await machine.al(["doctor", "--check", "--no-check-values", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchInlineSnapshot(`
      {
        "credentials": [
          {
            "missing": [
              "id_rsa",
              "email",
            ],
            "ref": "git_ssh:botty",
            "state": "missing",
            "stored": [
              "username",
            ],
            "usedBy": [
              "agent dev",
              "agent reviewer",
            ],
          },
          {
            "missing": [
              "<field>",
            ],
            "ref": "my_service",
            "state": "missing",
            "stored": [],
            "usedBy": [
              "agent dev",
            ],
          },
          {
            "missing": [],
            "ref": "anthropic_key",
            "state": "ok",
            "stored": [
              "token",
            ],
            "usedBy": [
              "agent dev",
            ],
          },
          {
            "missing": [
              "secret",
            ],
            "ref": "github_webhook_secret:MyOrg",
            "state": "missing",
            "stored": [],
            "usedBy": [
              "webhooks of agent dev",
            ],
          },
          {
            "missing": [
              "token",
            ],
            "ref": "openai_key",
            "state": "missing",
            "stored": [],
            "usedBy": [
              "agent reviewer",
            ],
          },
          {
            "missing": [],
            "ref": "sentry_client_secret:AnyOrg",
            "state": "ok",
            "stored": [
              "secret",
            ],
            "usedBy": [
              "webhooks of agent reviewer",
            ],
          },
          {
            "missing": [
              "secret",
            ],
            "ref": "linear_webhook_secret",
            "state": "missing",
            "stored": [],
            "usedBy": [
              "webhooks of agent reviewer",
            ],
          },
          {
            "missing": [
              "key_json",
            ],
            "ref": "gcp_service_account",
            "state": "missing",
            "stored": [],
            "usedBy": [
              "al's sign-in to Google Cloud",
            ],
          },
        ],
        "gatewayKey": {
          "path": "~/.action-llama/credentials/gateway_api_key/default/key",
          "state": "stored",
        },
        "notes": [
          "Agent "reviewer" has no [cloudrun] section: it cannot run there yet",
        ],
        "ok": false,
        "problems": [],
        "store": [],
      }
    `);
  });

  test("nothing to do is 0", async () => {
    const machine = project({
      "config.toml": MODEL,
      "agents/dev/SKILL.md": SKILL,
      "agents/dev/config.toml": 'models = ["sonnet"]\n',
    });
    writeFields(machine.store, { ...GATEWAY_KEY, "anthropic_key/default/token": "sk-ant-api03-x" });
    const ok = await machine.al(["doctor"], { fetch: answering(200, { data: [] }) });
    expect(ok).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "  note     config.toml has no [cloud] section: its agents cannot run on Cloud Run yet
        ok       Anthropic API Credential (anthropic_key) — agent dev
        ok       Gateway API key (gateway_api_key)
      1 agent, 1 credential: all there.
      ",
        "stdout": "",
      }
    `);
  });

  test("a stored value that its service refuses is not ok; one that nobody can ask about is", async () => {
    const machine = project({
      "agents/dev/SKILL.md": SKILL,
      "agents/dev/config.toml": 'credentials = ["github_token"]\n',
    });
    writeFields(machine.store, { ...GATEWAY_KEY, "github_token/default/token": "ghp_fake" });
    const refused = await machine.al(["doctor"], { fetch: answering(401, {}) });
    expect(refused).toMatchInlineSnapshot(`
      {
        "code": 78,
        "stderr": "  note     config.toml has no [cloud] section: its agents cannot run on Cloud Run yet
        refused  GitHub Personal Access Token (github_token): GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos): api.github.com refused it (401 Unauthorized) — agent dev
        ok       Gateway API key (gateway_api_key)
      1 of 1 credential missing or refused. To mend:
        al creds add github_token
      ",
        "stdout": "",
      }
    `);
    const unreachable = await machine.al(["doctor"]);
    expect(unreachable).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "  note     config.toml has no [cloud] section: its agents cannot run on Cloud Run yet
        stored   GitHub Personal Access Token (github_token): not known whether it works: GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos): api.github.com cannot be reached — agent dev
        ok       Gateway API key (gateway_api_key)
      1 agent, 1 credential: all there.
      ",
        "stdout": "",
      }
    `);
    expect((await machine.al(["doctor", "--no-check-values"])).code).toBe(0);
    expect(refused.stderr + unreachable.stderr).not.toContain("ghp_fake");
  });

  test("no agents is nothing to do", async () => {
    const machine = project({ "config.toml": MODEL });
    expect(await machine.al(["doctor"])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "  note     config.toml has no [cloud] section: its agents cannot run on Cloud Run yet
      No agents in ~: create one in agents/<name>/SKILL.md.
      ",
        "stdout": "",
      }
    `);
    expect(existsSync(machine.store)).toBe(false);
  });
});

describe("the gateway's key", () => {
  const filled = (): Machine => project({ "agents/dev/SKILL.md": SKILL });

  test("is generated where it is absent; away from a terminal only its place is said", async () => {
    const machine = filled();
    expect(await machine.al(["doctor"])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "  note     config.toml has no [cloud] section: its agents cannot run on Cloud Run yet
        new      Gateway API key (gateway_api_key), stored in ~/.action-llama/credentials/gateway_api_key/default/key
      1 agent, 0 credentials: all there.
      ",
        "stdout": "",
      }
    `);
    const key = readFileSync(join(machine.store, "gateway_api_key/default/key"), "utf8");
    expect(key).toBe(`${Buffer.alloc(32, 7).toString("base64url")}\n`);
    await machine.al(["doctor"]);
    expect(readFileSync(join(machine.store, "gateway_api_key/default/key"), "utf8")).toBe(key);
  });

  test("--check stores nothing", async () => {
    const machine = filled();
    expect(await machine.al(["doctor", "--check"])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "  note     config.toml has no [cloud] section: its agents cannot run on Cloud Run yet
        note     gateway_api_key is not stored; al doctor without --check generates it
      1 agent, 0 credentials: all there.
      ",
        "stdout": "",
      }
    `);
    expect(existsSync(machine.store)).toBe(false);
  });
});

test("modes that let others read are told with the command that mends them", async () => {
  const machine = project({ "agents/dev/SKILL.md": SKILL });
  writeFields(machine.store, { ...GATEWAY_KEY });
  chmodSync(join(machine.store, "gateway_api_key/default/key"), 0o644);
  const { code, stderr } = await machine.al(["doctor"]);
  expect(code).toBe(0);
  expect(stderr).toContain("chmod 600 ~/.action-llama/credentials/gateway_api_key/default/key");
});

describe("a wrong configuration", () => {
  test("is told whole, before credentials are touched", async () => {
    const machine = project({
      "config.toml": `colour = "red"\n${MODEL}[cloud]\nregoin = "us-central1"\n`,
      "agents/dev/SKILL.md": "---\nmodel: x\n---\n",
      "agents/dev/config.toml":
        'credentials = ["gcp_service_account", "a/b"]\nmodels = ["sonet"]\ntimeout = 0\n',
    });
    const result = await machine.al(["doctor"]);
    expect(result).toMatchInlineSnapshot(`
      {
        "code": 78,
        "stderr": "error: 7 problems in the configuration; credentials were not looked at
        ~/config.toml: [cloud] regoin is not a key that is known here
          mend: Remove regoin from ~/config.toml, or correct the spelling.
        ~/config.toml: colour is not a key that is known here
          mend: Remove colour from ~/config.toml, or correct the spelling.
        ~/agents/dev/SKILL.md: model is not a key that is known in the header
          mend: Remove model from the header of ~/agents/dev/SKILL.md; its keys are: name, description, license, compatibility.
        ~/agents/dev/config.toml: timeout must be at least 1 second
          mend: Write, for example: timeout = 900
        ~/agents/dev/config.toml: models names "sonet", which no [models.sonet] defines
          mend: Write one of: sonnet; or add [models.sonet] to config.toml.
        Agent "dev" lists the credential "gcp_service_account": gcp_service_account is an infrastructure credential: it is for al's own commands and is never given to an agent
          mend: Remove "gcp_service_account" from credentials in agents/dev/config.toml.
        "a/b" cannot be a credential type: it has a slash
          mend: Write a credential type as one plain name, for example "default" or "my-org".
      ",
        "stdout": "",
      }
    `);
    const json = await machine.al(["doctor", "--json"]);
    expect(JSON.parse(json.stdout).problems).toHaveLength(7);
    expect(existsSync(machine.store)).toBe(false);
  });

  test.each<[string, string[], number]>([
    ["a directory that is not there", ["-p", "nowhere"], 64],
    ["an agent's own directory", ["-p", "agents/dev"], 64],
    ["an environment that does not exist", ["-E", "nowhere"], 78],
  ])("%s is refused", async (_sentence, args, code) => {
    const machine = project({ "agents/dev/SKILL.md": SKILL });
    const result = await machine.al(["doctor", ...args]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/mend: /);
  });
});
