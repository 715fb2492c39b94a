import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkProject, type ProjectCheck } from "../../src/config/project-check.ts";

type Files = Readonly<Record<string, string>>;

/** What is said of a project with these files; `environments/` lies in the same directory, which is written as nothing. */
async function check(files: Files, environment?: string): Promise<ProjectCheck> {
  const project = mkdtempSync(join(tmpdir(), "al-test-"));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
  const found = await checkProject({
    project,
    environment,
    environments: join(project, "environments"),
  });
  return JSON.parse(JSON.stringify(found).replaceAll(`${project}/`, ""));
}

const whats = async (files: Files, environment?: string): Promise<string[]> =>
  (await check(files, environment)).problems.map(({ what }) => what);

const SKILL = { "agents/dev/SKILL.md": "Do it.\n" };

const agent = (toml: string): Files => ({ ...SKILL, "agents/dev/config.toml": toml });

describe("config.toml", () => {
  test("every key that Action Llama has is known", async () => {
    const toml = `
projectName = "x"
maxReruns = 10
maxCallDepth = 3
maxTriggerDepth = 3
workQueueSize = 100
webhookQueueSize = 100
resourceLockTimeout = 1800
scale = 5
defaultAgentScale = 1
historyRetentionDays = 14
[models.sonnet]
provider = "anthropic"
model = "claude-sonnet-4-20250514"
thinkingLevel = "medium"
authType = "api_key"
[local]
enabled = true
image = "x"
memory = "4g"
cpus = 2
timeout = 900
[gateway]
port = 8080
url = "http://localhost:8080"
maxChatSessions = 3
[webhooks.mine]
type = "github"
credential = "MyOrg"
allowUnsigned = false
[webhooks.other]
type = "linear"
linear_webhook_secret = "MyOrg"
[telemetry]
enabled = false
provider = "none"
endpoint = "http://localhost"
serviceName = "x"
samplingRate = 0.5
headers = { a = "b" }
[harness]
type = "pi"
[cloud]
provider = "cloud-run"
region = "us-central1"
serviceAccount = "al-runner@demo-project.iam.gserviceaccount.com"
`;
    expect(await whats({ "config.toml": toml })).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["an unknown key", "maxRerun = 3", "config.toml: maxRerun is not a key that is known here"],
    [
      "a key of a section",
      "[gateway]\nprot = 1",
      "config.toml: [gateway] prot is not a key that is known here",
    ],
    [
      "a key of a model",
      '[models.a]\nprovider = "x"\nkey = 1',
      "config.toml: [models.a] key is not a key that is known here",
    ],
    ["a number that is none", 'scale = "many"', "config.toml: scale must be a whole number"],
    ["a negative number", "scale = -1", "config.toml: scale must be 0 or more"],
    [
      "a thinking level",
      '[models.a]\nprovider = "x"\nthinkingLevel = "very"',
      "config.toml: [models.a] thinkingLevel is not a level; those are: off, minimal, low, medium, high, xhigh",
    ],
    [
      "a kind of webhook",
      '[webhooks.a]\ntype = "gitlab"',
      "config.toml: [webhooks.a] type is not a kind of webhook; those are: github, sentry, linear, mintlify, slack, discord, twitter, test",
    ],
    [
      "a model without a provider",
      '[models.a]\nmodel = "m"',
      "config.toml: [models.a] provider is missing",
    ],
    [
      "a key of [cloud]",
      '[cloud]\nregion = "us-central1"\nmemroy = "2Gi"',
      "config.toml: [cloud] memroy is not a key that is known here",
    ],
    ["a line that is not TOML", "scale = ", "config.toml:1:9 is not valid TOML"],
  ])("%s is told", async (_sentence, toml, expected) => {
    const [first = "", ...others] = await whats({ "config.toml": toml });
    expect(first.startsWith(expected) ? expected : first).toBe(expected);
    expect(others).toEqual([]);
  });
});

test("a mistake in one file hides nothing in the others", async () => {
  const files = {
    ...agent("timeuot = 3\nmodels = ['a', 'b']\n"),
    "config.toml": "colour = 1\n[models.a]\nprovider = 'Not one'\n",
    ".env.toml": "environment = 'prod'\nwidth = 2\n",
    "environments/prod.toml": "height = 3\n[server]\nhost = 'example.com'\nuser = 'root'\n",
  };
  expect(await whats(files)).toMatchInlineSnapshot(`
    [
      "config.toml: [models.a] provider is not a provider such as "anthropic"",
      "config.toml: colour is not a key that is known here",
      ".env.toml: width is not a key that is known here",
      "environments/prod.toml: height is not a key that is known here",
      "agents/dev/config.toml: timeuot is not a key that is known here",
      "agents/dev/config.toml: models names "b", which no [models.b] defines",
    ]
  `);
});

test("a section may be divided over the files", async () => {
  const files = {
    ...agent("[cloudrun]\nimage = 'x'\n"),
    "config.toml": "[cloud]\nmemory = '2Gi'\n",
    "environments/prod.toml":
      "[cloud]\nregion = 'us-central1'\nservice_account = 'al@p.iam.gserviceaccount.com'\n",
  };
  expect(await whats(files, "prod")).toEqual([]);
  expect(await whats(files)).not.toEqual([]);
});

describe("an agent", () => {
  test("every key that Action Llama has is known", async () => {
    const toml = `
source = "x"
credentials = ["github_token", "git_ssh:botty"]
models = ["sonnet"]
schedule = "*/5 9-17 * * 1-5"
scale = 1
timeout = 900
maxWorkQueueSize = 5
[[webhooks]]
source = "mine"
events = ["issues"]
labels = "bug"
[hooks]
pre = ["a"]
post = ["b"]
[params]
anything = { at = "all" }
[runtime]
type = "host-user"
run_as = "al-agent"
groups = ["docker"]
`;
    const config = '[models.sonnet]\nprovider = "anthropic"\n[webhooks.mine]\ntype = "github"\n';
    expect(await whats({ ...agent(toml), "config.toml": config })).toEqual([]);
  });

  test.each([
    ["five parts", "0 9 * * 1-5", true],
    ["six parts", "0 0 9 * * MON", true],
    ["a name", "@daily", true],
    ["words", "every day", false],
    ["four parts", "0 9 * *", false],
  ])("a schedule of %s", async (_sentence, schedule, right) => {
    expect(await whats(agent(`schedule = "${schedule}"`))).toHaveLength(right ? 0 : 1);
  });

  test("triggers name a source or a kind, and filter by what that kind has", async () => {
    const files = {
      ...agent(
        '[[webhooks]]\nsource = "mine"\nbranch = "x"\n[[webhooks]]\nsource = "sentry"\n[[webhooks]]\nsource = "nothing"\n[[webhooks]]\nsource = "open"\n',
      ),
      "config.toml":
        '[webhooks.mine]\ntype = "github"\ngithub_webhook_secret = "MyOrg"\n[webhooks.open]\ntype = "linear"\nallowUnsigned = true\n',
    };
    const { problems, agents, notes } = await check(files);
    expect({ problems, triggers: agents[0]?.triggers, notes }).toMatchInlineSnapshot(`
      {
        "notes": [
          "config.toml has no [cloud] section: its agents cannot run on Cloud Run yet",
          "[webhooks.open] allowUnsigned: anybody may trigger its agents",
        ],
        "problems": [
          {
            "remedy": "Remove branch from agents/dev/config.toml, or correct the spelling.",
            "what": "agents/dev/config.toml: [webhooks] branch is not a key that is known here",
          },
          {
            "remedy": "Write one of: mine, open; or one of the kinds: github, sentry, linear, mintlify, slack, discord, twitter, test.",
            "what": "agents/dev/config.toml: [webhooks] source names "nothing", which is neither a [webhooks.nothing] with a type nor a kind of webhook",
          },
        ],
        "triggers": [
          {
            "credential": "github_webhook_secret",
            "instance": "MyOrg",
          },
          {
            "credential": "sentry_client_secret",
          },
        ],
      }
    `);
  });

  test("the header of SKILL.md has four keys; what stands below it is text", async () => {
    const good = "---\nname: a\ndescription: b\nlicense: MIT\ncompatibility: x\n---\nmodel: y\n";
    expect(await whats({ "agents/dev/SKILL.md": good })).toEqual([]);
    expect(
      await whats({ "agents/dev/SKILL.md": "---\nname: a\nmodel: b\n  nested: c\n---\n" }),
    ).toEqual(["agents/dev/SKILL.md: model is not a key that is known in the header"]);
    expect(await whats({ "agents/dev/SKILL.md": "---\nname: a\n" })).toEqual([
      "agents/dev/SKILL.md: the header that --- opens has no end",
    ]);
  });

  test("scales: one above the project's is wrong, a sum above it is noted", async () => {
    const files = { ...agent("scale = 3"), "agents/b/SKILL.md": "x" };
    expect(await whats({ ...files, "config.toml": "scale = 2" })).toEqual([
      'Agent "dev": scale is 3, more than the project\'s 2',
    ]);
    const { problems, notes } = await check({ ...files, "config.toml": "scale = 3" });
    expect(problems).toEqual([]);
    expect(notes).toContain("The agents' scales add up to 4, more than the project's 3");
  });

  test("what al run would refuse is told for agents that run there, and only for those", async () => {
    const config = { "config.toml": '[cloud]\nregion = "us-central1"\n' };
    expect(await whats({ ...agent("[cloudrun]\nimage = 'x'\n"), ...config })).toEqual([
      expect.stringContaining("service_account is missing"),
    ]);
    expect(await whats({ ...agent(""), ...config })).toEqual([]);
  });
});
