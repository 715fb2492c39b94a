import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../src/config/config.ts";
import { loadRunConfig } from "../../src/config/load-config.ts";
import { refusal } from "../refusal.ts";
import { type Files, temporaryProject } from "./temporary-project.ts";

const CLOUD = `[cloud]
region = "us-central1"
service_account = "al-runner@demo-project.iam.gserviceaccount.com"
`;
const AGENT = `[cloudrun]
image = "host.local/agent:latest"
`;

/** The smallest project that can run. */
const SMALLEST: Files = {
  "project/config.toml": CLOUD,
  "project/agents/dev/SKILL.md": "# Dev\n",
  "project/agents/dev/config.toml": AGENT,
};

type Choice = { readonly agent?: string; readonly environment?: string };

const loadFrom = (home: string, { agent = "dev", environment }: Choice = {}): Promise<RunConfig> =>
  loadRunConfig({
    project: join(home, "project"),
    environments: join(home, "environments"),
    agent,
    environment,
  });

const load = async (files: Files = {}, choice: Choice = {}): Promise<RunConfig> =>
  loadFrom(await temporaryProject({ ...SMALLEST, ...files }), choice);

/** What is said of a project with these files instead of the smallest one's. */
async function refused(files: Files, choice: Choice = {}): Promise<string> {
  const home = await temporaryProject({ ...SMALLEST, ...files });
  return refusal(
    () => loadFrom(home, choice),
    (text) => text.replaceAll(home, "<home>"),
  );
}

const SMALLEST_CONFIG: RunConfig = {
  cloud: {
    project: undefined,
    region: "us-central1",
    serviceAccount: "al-runner@demo-project.iam.gserviceaccount.com",
    credential: "gcp_service_account",
    secretPrefix: "al",
    memory: undefined,
    cpus: undefined,
    labels: {},
    vpc: undefined,
    encryptionKey: undefined,
    secretLocations: [],
  },
  agent: {
    name: "dev",
    credentials: [],
    models: [],
    timeoutSeconds: 3600,
    container: {
      image: "host.local/agent:latest",
      command: [],
      args: [],
      memory: undefined,
      cpus: undefined,
      env: {},
    },
  },
  neighbours: [],
};

const WHOLE: Files = {
  "project/config.toml": `
[models.sonnet]
provider = "anthropic"
model = "claude-sonnet-4-20250514"
authType = "api_key"
thinkingLevel = "medium"

[models.gpt]
provider = "openai"

[local]
timeout = 60
other = true

[cloud]
provider = "cloud-run"
project = "demo-project"
region = "europe-west12"
artifact_registry = "europe-west12-docker.pkg.dev/demo-project/agents"
service_account = "al-runner@demo-project.iam.gserviceaccount.com"
auth = "key"
credential = "gcp_service_account:ci"
secret_prefix = "team-a"
memory = "4g"
cpus = 2
labels = { team = "a", service_account = "x" }
vpc = { network = "default", subnetwork = "agents", tags = ["agent"], egress = "all-traffic" }
encryption_key = "projects/demo-project/locations/europe-west12/keyRings/al/cryptoKeys/jobs"
secret_locations = ["europe-west12", "europe-west1"]

[cloud.service_accounts]
dev = "al-dev@demo-project.iam.gserviceaccount.com"

[telemetry]
enabled = false
`,
  "project/agents/dev/config.toml": `
description = "Writes code"
credentials = ["github_token", "git_ssh:botty"]
models = ["sonnet", "gpt"]
timeout = 900
schedule = "0 * * * *"

[cloudrun]
image = "host.local/agent:latest"
command = ["/bin/agent"]
args = ["--verbose", ""]
memory = 2147483648
cpus = "4"
env = { LOG_LEVEL = "debug", RETRIES = 3, RATIO = 0.5, STRICT = true, EMPTY = "" }
`,
};

const WHOLE_CONFIG: RunConfig = {
  cloud: {
    project: "demo-project",
    region: "europe-west12",
    serviceAccount: "al-dev@demo-project.iam.gserviceaccount.com",
    credential: "gcp_service_account:ci",
    secretPrefix: "team-a",
    memory: "4g",
    cpus: "2",
    labels: { team: "a", service_account: "x" },
    vpc: {
      connector: undefined,
      network: "default",
      subnetwork: "agents",
      tags: ["agent"],
      egress: "all-traffic",
    },
    encryptionKey: "projects/demo-project/locations/europe-west12/keyRings/al/cryptoKeys/jobs",
    secretLocations: ["europe-west12", "europe-west1"],
  },
  agent: {
    name: "dev",
    credentials: ["github_token", "git_ssh:botty"],
    models: [
      { name: "sonnet", provider: "anthropic", authType: "api_key" },
      { name: "gpt", provider: "openai", authType: undefined },
    ],
    timeoutSeconds: 900,
    container: {
      image: "host.local/agent:latest",
      command: ["/bin/agent"],
      args: ["--verbose", ""],
      memory: "2147483648",
      cpus: "4",
      env: { LOG_LEVEL: "debug", RETRIES: "3", RATIO: "0.5", STRICT: "true", EMPTY: "" },
    },
  },
  neighbours: [],
};

/** `service_account` as `serviceAccount`, and so on, for the keys that have two spellings. */
const inCamelCase = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      content
        .replace(/^(artifact|encryption|secret)_([a-z])/gm, (_, a, b) => a + b.toUpperCase())
        .replace(/^service_account/m, "serviceAccount")
        .replace("[cloud.service_accounts]", "[cloud.serviceAccounts]"),
    ]),
  );

describe("a project", () => {
  test.each<[sentence: string, files: Files, expected: RunConfig]>([
    ["the smallest that can run", {}, SMALLEST_CONFIG],
    ["everything said", WHOLE, WHOLE_CONFIG],
    ["everything said in camelCase", inCamelCase(WHOLE), WHOLE_CONFIG],
  ])("%s", async (_sentence, files, expected) => expect(await load(files)).toEqual(expected));

  test("keys inside labels and env keep their spelling", async () => {
    const { cloud, agent } = await load({
      "project/config.toml": `${CLOUD}labels = { costCentre = "a" }`,
      "project/agents/dev/config.toml": `${AGENT}env = { logLevel = "debug" }`,
    });
    expect([cloud.labels, agent.container.env]).toEqual([
      { costCentre: "a" },
      { logLevel: "debug" },
    ]);
  });

  test("an agent without an account of its own has the project's", async () => {
    const files = {
      "project/config.toml": `${CLOUD}[cloud.service_accounts]\nother = "al-other@demo-project.iam.gserviceaccount.com"`,
      "project/agents/constructor/SKILL.md": "# Builds",
      "project/agents/constructor/config.toml": AGENT,
    };
    const accounts = [await load(files), await load(files, { agent: "constructor" })];
    expect(accounts.map(({ cloud }) => cloud.serviceAccount)).toEqual([
      "al-runner@demo-project.iam.gserviceaccount.com",
      "al-runner@demo-project.iam.gserviceaccount.com",
    ]);
  });

  test.each([
    ["the agent's timeout first", "timeout = 5", "[local]\ntimeout = 60", 5],
    ["then the project's", "", "[local]\ntimeout = 60", 60],
    ["then an hour", "", "", 3600],
    ["one second is the least", "timeout = 1", "", 1],
    ["a week is the most", "timeout = 604800", "", 604_800],
  ])("timeout: %s", async (_sentence, agent, project, expected) => {
    const { agent: loaded } = await load({
      "project/config.toml": `${CLOUD}\n${project}`,
      "project/agents/dev/config.toml": `${agent}\n${AGENT}`,
    });
    expect(loaded.timeoutSeconds).toBe(expected);
  });
});

const base = (lines: string): string =>
  `[cloud]\nservice_account = "base@demo-project.iam.gserviceaccount.com"\n${lines}`;

describe("precedence", () => {
  const files: Files = {
    "project/config.toml": base(
      'region = "us-central1"\nmemory = "1Gi"\ncpus = 1\nsecret_prefix = "base"\nlabels = { a = "base", b = "base", c = "base" }\n[local]\ntimeout = 1',
    ),
    "project/.env.toml":
      'projectName = "x"\nenvironment = "staging"\n[cloud]\nmemory = "2Gi"\ncpus = 2\nlabels = { b = "local", c = "local" }\n[local]\ntimeout = 2',
    "environments/staging.toml":
      '[cloud]\ncpus = 4\nregion = "europe-west1"\nlabels = { c = "staging" }',
    "environments/prod.toml": '[cloud]\nregion = "asia-east1"',
  };
  const seen = ({ cloud, agent }: RunConfig) => ({
    region: cloud.region,
    memory: cloud.memory,
    cpus: cloud.cpus,
    prefix: cloud.secretPrefix,
    labels: cloud.labels,
    timeout: agent.timeoutSeconds,
  });

  test("config.toml, then .env.toml, then the environment that .env.toml names", async () =>
    expect(seen(await load(files))).toEqual({
      region: "europe-west1",
      memory: "2Gi",
      cpus: "4",
      prefix: "base",
      labels: { a: "base", b: "local", c: "staging" },
      timeout: 2,
    }));

  test("an environment that the caller names comes before the one in .env.toml", async () =>
    expect(seen(await load(files, { environment: "prod" }))).toEqual({
      region: "asia-east1",
      memory: "2Gi",
      cpus: "2",
      prefix: "base",
      labels: { a: "base", b: "local", c: "local" },
      timeout: 2,
    }));

  test("an environment may say everything about the cloud", async () =>
    expect(
      await load(
        { "project/config.toml": "", "environments/staging.toml": CLOUD },
        { environment: "staging" },
      ),
    ).toEqual(SMALLEST_CONFIG));

  test("neither .env.toml nor config.toml needs to be there", async () => {
    const home = await temporaryProject({ ...SMALLEST, "environments/staging.toml": CLOUD });
    await rm(join(home, "project/config.toml"));
    expect(await loadFrom(home, { environment: "staging" })).toEqual(SMALLEST_CONFIG);
  });

  test.each([
    ["service_account", "service_account", "service_account"],
    ["serviceAccount", "service_account", "service_account"],
    ["service_account", "serviceAccount", "service_account"],
    ["service_account", "service_account", "serviceAccount"],
    ["serviceAccount", "service_account", "serviceAccount"],
    ["service_account", "serviceAccount", "serviceAccount"],
    ["serviceAccount", "serviceAccount", "service_account"],
  ])("does not depend on the spelling: %s, %s, %s", async (first, second, third) => {
    const { cloud } = await load(
      {
        "project/config.toml": `[cloud]\nregion = "us-central1"\n${first} = "first@demo-project.iam.gserviceaccount.com"`,
        "project/.env.toml": `[cloud]\n${second} = "second@demo-project.iam.gserviceaccount.com"`,
        "environments/staging.toml": `[cloud]\n${third} = "third@demo-project.iam.gserviceaccount.com"`,
      },
      { environment: "staging" },
    );
    expect(cloud.serviceAccount).toBe("third@demo-project.iam.gserviceaccount.com");
  });

  test("lists are replaced, not joined", async () => {
    const { agent } = await load({
      "project/config.toml": `${CLOUD}[models.a]\nprovider = "openai"\nauthType = "api_key"`,
      "project/.env.toml": '[models.a]\nprovider = "groq"',
      "project/agents/dev/config.toml": `models = ["a"]\n${AGENT}`,
    });
    expect(agent.models).toEqual([{ name: "a", provider: "groq", authType: "api_key" }]);
  });
});

describe("neighbours", () => {
  const agent = (name: string, credentials: string): Files => ({
    [`project/agents/${name}/SKILL.md`]: "#",
    [`project/agents/${name}/config.toml`]: `credentials = ${credentials}\n${AGENT}`,
  });

  test("are the agents that run as the same account, by name, with what they list and the project defines", async () => {
    const { neighbours } = await load({
      "project/config.toml": `${CLOUD}[cloud.service_accounts]\nalone = "al-alone@demo-project.iam.gserviceaccount.com"\n[models.sonnet]\nprovider = "anthropic"\nauthType = "api_key"`,
      ...agent("dev", '["aws", "github_token"]'),
      ...agent("web", '["aws"]'),
      ...agent("ops", '["aws:prod", "github_token"]'),
      ...agent("same", '["github_token", "aws"]'),
      ...agent("none", "[]"),
      ...agent("alone", '["linear_token"]'),
      "project/agents/thinker/SKILL.md": "#",
      "project/agents/thinker/config.toml": 'models = ["sonnet", "unknown"]',
      ...agent(".hidden", '["linear_token"]'),
      "project/agents/broken/SKILL.md": "#",
      "project/agents/broken/config.toml": "= 1",
      // Without a SKILL.md it is no agent.
      "project/agents/draft/config.toml": 'credentials = ["linear_token"]',
    });
    expect(neighbours).toEqual([
      { agent: "none", credentials: [], models: [] },
      { agent: "ops", credentials: ["aws:prod", "github_token"], models: [] },
      { agent: "same", credentials: ["github_token", "aws"], models: [] },
      {
        agent: "thinker",
        credentials: [],
        models: [{ name: "sonnet", provider: "anthropic", authType: "api_key" }],
      },
      { agent: "web", credentials: ["aws"], models: [] },
    ]);
  });
});

describe("an agent that is not there", () => {
  test("among others", async () =>
    expect(
      await refused(
        {
          "project/agents/web/SKILL.md": "#",
          "project/agents/.hidden/SKILL.md": "#",
          "project/agents/draft/notes.md": "#",
          "project/agents/README.md": "#",
        },
        { agent: "deb" },
      ),
    ).toMatchInlineSnapshot(`
      "UsageError, exit 64
      what: There is no agent "deb" in <home>/project
      why: its agents are: dev, web
      remedy: Choose one of them, for example: al run dev --runtime cloudrun"
    `));

  test("in a directory without agents", async () => {
    const home = await temporaryProject({ "project/config.toml": CLOUD });
    expect(
      await refusal(
        () => loadFrom(home),
        (text) => text.replaceAll(home, "<home>"),
      ),
    ).toMatchInlineSnapshot(`
      "UsageError, exit 64
      what: There is no agent "dev" in <home>/project
      why: <home>/project/agents holds no directory with a SKILL.md
      remedy: Run al in the project's directory, or name it with -p."
    `);
  });

  test.each(["", ".", "..", "../project/agents/dev", "dev/", "dev/../dev", ".hidden", "DEV"])(
    "%j",
    async (agent) =>
      expect(
        (await refused({ "project/agents/.hidden/SKILL.md": "#" }, { agent })).split("\n")[0],
      ).toBe("UsageError, exit 64"),
  );
});

describe("an environment", () => {
  test("that does not exist", async () =>
    expect(await refused({}, { environment: "staging" })).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: The environment "staging" does not exist
      why: there is no file <home>/environments/staging.toml
      remedy: Create <home>/environments/staging.toml with a [cloud] section, or choose another environment with -E."
    `));

  test("that .env.toml names and that does not exist", async () =>
    expect((await refused({ "project/.env.toml": 'environment = "gone"' })).split("\n")[1]).toBe(
      'what: The environment "gone" does not exist',
    ));

  test.each(["../secrets", "a/b", "", ".hidden", "/etc/passwd", "a\n"])(
    "cannot be called %j",
    async (environment) =>
      expect(await refused({}, { environment })).toBe(
        [
          "UsageError, exit 64",
          `what: ${JSON.stringify(environment)} cannot be an environment's name`,
          "why: it may hold letters, digits, dots, dashes and underscores, and begins with a letter or digit",
          "remedy: Give the name of a file in the environments directory, without .toml.",
        ].join("\n"),
      ),
  );

  test("that .env.toml names by something that is no text is not passed over in silence", async () =>
    expect((await refused({ "project/.env.toml": "environment = 5" })).split("\n")[0]).toBe(
      "ConfigError, exit 78",
    ));
});

describe("a file that is not TOML", () => {
  test("config.toml, with line and column", async () =>
    expect(
      await refused({ "project/config.toml": '[cloud]\nregion = "us-central1\n' }),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml:2:22 is not valid TOML
      why: Invalid TOML document: control characters are not allowed in strings
      remedy: Correct that line of <home>/project/config.toml."
    `));

  test.each([
    ["project/.env.toml", "<home>/project/.env.toml:2:1"],
    ["project/agents/dev/config.toml", "<home>/project/agents/dev/config.toml:2:1"],
    ["environments/staging.toml", "<home>/environments/staging.toml:2:1"],
  ])("%s is named with its line", async (path, place) =>
    expect(
      (
        await refused(
          { "environments/staging.toml": "", [path]: "a = 1\n= 2\n" },
          { environment: "staging" },
        )
      ).split("\n")[1],
    ).toMatch(`what: ${place.slice(0, -1)}`),
  );

  test("a directory in the place of a file", async () =>
    expect(await refused({ "project/.env.toml/x": "" })).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/.env.toml cannot be read
      why: EISDIR: illegal operation on a directory, read
      remedy: Check that <home>/project/.env.toml is a file that you may read."
    `));
});

describe("what [cloud] says wrongly", () => {
  const cloud = (lines: string): Promise<string> =>
    refused({ "project/config.toml": `[cloud]\n${lines}` });
  const also = (lines: string): Promise<string> =>
    refused({ "project/config.toml": `${CLOUD}${lines}` });

  test("nothing at all", async () =>
    expect(await refused({ "project/config.toml": "" })).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] region is missing
      why: -
      remedy: Add, for example: region = "us-central1""
    `));

  test("no region", async () =>
    expect(
      await cloud('service_account = "al-runner@demo-project.iam.gserviceaccount.com"'),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] region is missing
      why: -
      remedy: Add, for example: region = "us-central1""
    `));

  test("a zone in the place of a region", async () =>
    expect(await cloud('region = "us-central1-a"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] region is not a region such as "us-central1"
      why: -
      remedy: Write, for example: region = "us-central1""
    `));

  test("no service account", async () =>
    expect(await cloud('region = "us-central1"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] service_account is missing
      why: an agent can read whatever its job's identity may read, so al never falls back to the project's default account
      remedy: Add to [cloud] in <home>/project/config.toml: service_account = "al-runner@<project>.iam.gserviceaccount.com""
    `));

  test("the default compute account", async () =>
    expect(
      await cloud(
        'region = "us-central1"\nservice_account = "123456789012-compute@developer.gserviceaccount.com"',
      ),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] service_account is the project's default compute account
      why: that account usually may do far more than one agent should
      remedy: Add to [cloud] in <home>/project/config.toml: service_account = "al-runner@<project>.iam.gserviceaccount.com""
    `));

  test("the default compute account for one agent", async () =>
    expect(
      (
        await also(
          '[cloud.service_accounts]\ndev = "123456789012-compute@developer.gserviceaccount.com"',
        )
      ).split("\n")[1],
    ).toBe(
      "what: <home>/project/config.toml: [cloud] service_account is the project's default compute account",
    ));

  test("a service account that is no e-mail address", async () =>
    expect(
      await cloud('region = "us-central1"\nservice_account = "al-runner"'),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] service_account is not a service account's e-mail address
      why: -
      remedy: Write, for example: service_account = "al-runner@my-project.iam.gserviceaccount.com""
    `));

  test("a service account that is a person's address", async () =>
    expect(
      await cloud('region = "us-central1"\n[cloud.service_accounts]\ndev = "foo@bar.com"'),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud.service_accounts] dev is not a service account's e-mail address
      why: -
      remedy: Write, for example: dev = "al-dev@my-project.iam.gserviceaccount.com""
    `));

  test("a project that is a number", async () =>
    expect(await also('project = "123456789012"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] project is a project's number; its id is needed, as gcloud projects list shows it
      why: -
      remedy: Write, for example: project = "my-project""
    `));

  test("unknown keys", async () =>
    expect(await also('regoin = "x"\nmemroy = "2Gi"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] regoin, memroy is not a key that is known here
      why: -
      remedy: Remove regoin, memroy from <home>/project/config.toml, or correct the spelling."
    `));

  test("another provider", async () =>
    expect(await also('provider = "vps"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] provider must be "cloud-run"
      why: -
      remedy: Write, for example: provider = "cloud-run""
    `));

  test("a way of signing in that is not known", async () =>
    expect(await also('auth = "gcloud"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] auth must be "key" or "adc" or "impersonate"
      why: -
      remedy: Write, for example: auth = "key""
    `));

  test("acting as another account without naming it", async () =>
    expect(await also('auth = "impersonate"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] impersonate is missing
      why: auth = "impersonate" acts as another service account, which must be named
      remedy: Add to [cloud]: impersonate = "al-controller@<project>.iam.gserviceaccount.com""
    `));

  test("acting as what is no service account", async () =>
    expect(
      await also('auth = "impersonate"\nimpersonate = "ada@example.com"'),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] impersonate is not a service account's e-mail address
      why: -
      remedy: Write, for example: impersonate = "al-controller@my-project.iam.gserviceaccount.com""
    `));

  test("naming another account without acting as it", async () =>
    expect(
      await also('impersonate = "al-controller@demo-project.iam.gserviceaccount.com"'),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] impersonate is set while auth is "key"
      why: another service account is only acted as with auth = "impersonate"
      remedy: Write in [cloud]: auth = "impersonate", or remove impersonate."
    `));

  test("a stored key beside the application default credentials", async () =>
    expect(await also('auth = "adc"\ncredential = "gcp_service_account"')).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] credential is set while auth is "adc"
      why: application default credentials are used instead of a stored key, so one of the two is not meant
      remedy: Remove credential from [cloud], or write there: auth = "key""
    `));

  test("a label that is no text", async () =>
    expect(await also("labels = { team = 5 }")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud.labels] team must be a text in quotes
      why: -
      remedy: Correct [cloud.labels] team in <home>/project/config.toml."
    `));

  test.each(["region", "image", "constructor"])(
    "a label called %s gets advice about the label",
    async (label) =>
      expect((await also(`labels = { ${label} = 5 }`)).split("\nremedy: ")[1]).toBe(
        `Correct [cloud.labels] ${label} in <home>/project/config.toml.`,
      ),
  );

  test.each([
    ["a doubled dash", "a--b"],
    ["a dash at the end", "a-"],
    ["a blank", "a b"],
    ["nothing", ""],
  ])("a secret_prefix with %s", async (_sentence, prefix) =>
    expect(await also(`secret_prefix = "${prefix}"`)).toBe(
      [
        "ConfigError, exit 78",
        "what: <home>/project/config.toml: [cloud] secret_prefix may hold letters, digits, _ and single dashes between them",
        "why: -",
        'remedy: Write, for example: secret_prefix = "al"',
      ].join("\n"),
    ),
  );

  test("a secret_prefix that is too long", async () =>
    expect(await also(`secret_prefix = "${"a".repeat(41)}"`)).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] secret_prefix is longer than 40 characters
      why: -
      remedy: Write, for example: secret_prefix = "al""
    `));

  test("a text in the place of the section", async () =>
    expect(
      await refused({ "project/config.toml": 'cloud = "us-central1"' }),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: cloud must be a table
      why: -
      remedy: Correct cloud in <home>/project/config.toml."
    `));

  test("several things at once are all named", async () =>
    expect(await cloud("cpus = -1\nsecrets = 1")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [cloud] region is missing
      <home>/project/config.toml: [cloud] cpus must be more than 0
      <home>/project/config.toml: [cloud] secrets is not a key that is known here
      why: -
      remedy: Add, for example: region = "us-central1"
      Write, for example: cpus = 1
      Remove secrets from <home>/project/config.toml, or correct the spelling."
    `));

  test("with an environment laid over it, both files are named", async () =>
    expect(
      await refused(
        { "environments/staging.toml": '[cloud]\nregion = "nowhere"' },
        { environment: "staging" },
      ),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml with <home>/environments/staging.toml: [cloud] region is not a region such as "us-central1"
      why: -
      remedy: Write, for example: region = "us-central1""
    `));

  test("with .env.toml laid over it, that file is named too", async () =>
    expect(
      (await refused({ "project/.env.toml": '[cloud]\nregion = "nowhere"' })).split("\n")[1],
    ).toContain("<home>/project/.env.toml"));
});

describe("what an agent says wrongly", () => {
  const agent = (content: string): Promise<string> =>
    refused({ "project/agents/dev/config.toml": content });

  test("nothing at all", async () => {
    const home = await temporaryProject({
      "project/config.toml": CLOUD,
      "project/agents/dev/SKILL.md": "#",
    });
    expect(
      await refusal(
        () => loadFrom(home),
        (text) => text.replaceAll(home, "<home>"),
      ),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/agents/dev/config.toml: cloudrun is missing
      why: -
      remedy: Add, for example: [cloudrun]
      image = "us-central1-docker.pkg.dev/my-project/agents/dev:latest""
    `);
  });

  test("no image", async () =>
    expect(await agent("[cloudrun]\ncpus = 1")).toMatchInlineSnapshot(`
    "ConfigError, exit 78
    what: <home>/project/agents/dev/config.toml: [cloudrun] image is missing
    why: -
    remedy: Add, for example: image = "us-central1-docker.pkg.dev/my-project/agents/dev:latest""
  `));

  test("unknown keys in [cloudrun]", async () =>
    expect(await agent(`${AGENT}entrypoint = ["x"]`)).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/agents/dev/config.toml: [cloudrun] entrypoint is not a key that is known here
      why: -
      remedy: Remove entrypoint from <home>/project/agents/dev/config.toml, or correct the spelling."
    `));

  test("credentials that are one text", async () =>
    expect(await agent(`credentials = "github_token"\n${AGENT}`)).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/agents/dev/config.toml: credentials must be a list
      why: -
      remedy: Write, for example: credentials = ["github_token", "git_ssh:botty"]"
    `));

  test.each([
    ["0", "must be at least 1 second"],
    ["-5", "must be at least 1 second"],
    ["604801", "must be at most 604800 seconds (168 h, Cloud Run's limit for a task)"],
    ["1.5", "must be whole seconds"],
    ['"15m"', "must be whole seconds"],
    ["inf", "must be whole seconds"],
  ])("timeout = %s", async (timeout, complaint) =>
    expect(await agent(`timeout = ${timeout}\n${AGENT}`)).toBe(
      [
        "ConfigError, exit 78",
        `what: <home>/project/agents/dev/config.toml: timeout ${complaint}`,
        "why: -",
        "remedy: Write, for example: timeout = 900",
      ].join("\n"),
    ),
  );

  test("the project's timeout is checked as well", async () =>
    expect(
      await refused({ "project/config.toml": `${CLOUD}[local]\ntimeout = 604801` }),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/config.toml: [local] timeout must be at most 604800 seconds (168 h, Cloud Run's limit for a task)
      why: -
      remedy: Write, for example: timeout = 900"
    `));
});

describe("models", () => {
  const models = (project: string, names = '"sonnet"'): Promise<string> =>
    refused({
      "project/config.toml": `${CLOUD}${project}`,
      "project/agents/dev/config.toml": `models = [${names}]\n${AGENT}`,
    });

  test("one that the project does not define", async () =>
    expect(
      await models('[models.gpt]\nprovider = "openai"\n[models.opus]\nprovider = "anthropic"'),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/project/agents/dev/config.toml: models names "sonnet", which no [models.sonnet] defines
      why: the project defines: gpt, opus
      remedy: Add to config.toml:
      [models.sonnet]
      provider = "anthropic"
      model = "claude-sonnet-4-20250514"
      authType = "api_key""
    `));

  test("a project that defines none", async () =>
    expect((await models("")).split("\n")[2]).toBe("why: the project defines no models"));

  test("one that is called like something that every object has", async () =>
    expect((await models("", '"constructor"')).split("\n")[0]).toBe("ConfigError, exit 78"));
});

/** Mistakes whose advice must be about the key that is wrong: files, the key as it is called, what to write. */
describe("advice is about the key that is wrong", () => {
  const project = (lines: string): Files => ({ "project/config.toml": `${CLOUD}${lines}` });
  const agent = (lines: string): Files => ({ "project/agents/dev/config.toml": lines });

  test.each<[key: string, mistake: string, files: Files, written: RegExp]>([
    ["[cloud] memory", "true", project("memory = true"), /^Write, for example: memory = /],
    ["[cloud] cpus", "a list", project("cpus = []"), /^Write, for example: cpus = /],
    ["[cloud] cpus", "less than nothing", project("cpus = -1"), /^Write, for example: cpus = /],
    ["[cloud] project", "a number", project("project = 5"), /\bproject\b/],
    ["[cloud] credential", "empty", project('credential = ""'), /\bcredential\b/],
    [
      "[models.sonnet] provider",
      "missing",
      project('[models.sonnet]\nmodel = "x"'),
      /provider = "anthropic"/,
    ],
    [
      "[models.sonnet] provider",
      "a path",
      project('[models.sonnet]\nprovider = "../x"'),
      /provider = "anthropic"/,
    ],
    [
      "[models.sonnet] authType",
      "unknown",
      project('[models.sonnet]\nprovider = "anthropic"\nauthType = "key"'),
      /\bauthType\b/,
    ],
    ["[cloudrun] image", "empty", agent('[cloudrun]\nimage = ""'), /image = /],
    ["[cloudrun] command", "one text", agent(`${AGENT}command = "/bin/agent"`), /\bcommand\b/],
    ["[cloudrun] args", "one text", agent(`${AGENT}args = "-v"`), /\bargs\b/],
    ["[cloudrun] memory", "true", agent(`${AGENT}memory = true`), /memory = /],
    ["[cloudrun.env] LIST", "a list", agent(`${AGENT}env = { LIST = ["x"] }`), /\bLIST\b/],
    ["[cloudrun] env", "one text", agent(`${AGENT}env = "A=1"`), /\benv\b/],
  ])("%s is %s", async (key, _mistake, files, written) => {
    const [, what = "", remedy = ""] =
      /^what: (.*)\nwhy: -\nremedy: (.*)$/ms.exec(await refused(files)) ?? [];
    expect(what).toContain(`: ${key} `);
    expect(remedy).toMatch(written);
    // The schema checker's own words say nothing to a person.
    expect(what).not.toMatch(/Invalid|Too (small|big)|>=/);
  });
});

describe("a key called __proto__, which would get lost, is refused", () => {
  const agent = (text: string): Files => ({ "project/agents/dev/config.toml": text });

  test.each<[string, Files, string]>([
    [
      "as a variable",
      agent(`${AGENT}[cloudrun.env]\nA = "1"\n__proto__ = "v"`),
      "agents/dev/config.toml: [cloudrun.env] __proto__",
    ],
    [
      "as a label",
      { "project/config.toml": `${CLOUD}[cloud.labels]\n"__proto__" = "v"` },
      "config.toml: [cloud.labels] __proto__",
    ],
    [
      "as a table",
      { "project/config.toml": `${CLOUD}[__proto__]\na = 1` },
      "config.toml: __proto__",
    ],
    [
      "in an item of a list",
      { "project/config.toml": `${CLOUD}[[x.y]]\n__proto__ = 1` },
      "config.toml: [x.y] __proto__",
    ],
  ])("%s", async (_sentence, files, where) =>
    expect((await refused(files)).split("\n").slice(0, 3)).toEqual([
      "ConfigError, exit 78",
      `what: <home>/project/${where} cannot be a key`,
      "why: JavaScript gives this name a meaning of its own",
    ]),
  );
});

describe("networks, keys and places", () => {
  const CONNECTOR = "projects/demo-project/locations/us-central1/connectors/al";
  const vpc = (table: string): Promise<string> =>
    refused({ "project/config.toml": `${CLOUD}vpc = ${table}` });

  test.each([
    ["a connector", `{ connector = "${CONNECTOR}" }`, { connector: CONNECTOR }],
    ["a network", '{ network = "n" }', { network: "n" }],
    ["a subnetwork", '{ subnetwork = "s" }', { subnetwork: "s" }],
    [
      "a network that another project shares",
      '{ network = "projects/host-1/global/networks/n" }',
      { network: "projects/host-1/global/networks/n" },
    ],
    [
      "a subnetwork that another project shares",
      '{ subnetwork = "projects/123456789012/regions/us-central1/subnetworks/s" }',
      { subnetwork: "projects/123456789012/regions/us-central1/subnetworks/s" },
    ],
  ])("%s alone will do, and private ranges are the default", async (_sentence, table, given) => {
    const { cloud } = await load({ "project/config.toml": `${CLOUD}vpc = ${table}` });
    expect(cloud.vpc).toEqual({
      connector: undefined,
      network: undefined,
      subnetwork: undefined,
      tags: [],
      egress: "private-ranges-only",
      ...given,
    });
  });

  test.each([
    ["nothing", "{}"],
    ["only tags", '{ tags = ["a"] }'],
    ["both", `{ connector = "${CONNECTOR}", network = "n" }`],
    ["both, the subnetwork this time", `{ connector = "${CONNECTOR}", subnetwork = "s" }`],
  ])("a vpc with %s is refused", async (_sentence, table) =>
    expect((await vpc(table)).split("\n").slice(0, 2)).toEqual([
      "ConfigError, exit 78",
      "what: <home>/project/config.toml: [cloud] vpc needs either connector, or network or subnetwork",
    ]),
  );

  test.each([
    [
      "a connector's bare name",
      '{ connector = "al" }',
      "[cloud.vpc] connector is not the full name of a connector (projects/…/locations/…/connectors/…)",
      'connector = "projects/my-project/locations/us-central1/connectors/al"',
    ],
    [
      "a network in capitals",
      '{ network = "Default" }',
      "[cloud.vpc] network is not the name of a network (default, or projects/…/global/networks/…)",
      'network = "default"',
    ],
    [
      "a network as a subnetwork",
      '{ subnetwork = "projects/host/global/networks/n" }',
      "[cloud.vpc] subnetwork is not the name of a subnetwork (agents, or projects/…/regions/…/subnetworks/…)",
      'subnetwork = "agents"',
    ],
    [
      "a tag with an underscore",
      '{ network = "n", tags = ["ok", "not_ok"] }',
      "[cloud.vpc.tags] 1 is not a network tag: lower-case letters, digits and dashes, at most 63, beginning with a letter",
      'tags = ["al"]',
    ],
  ])("%s is refused", async (_sentence, table, complaint, example) =>
    expect(await vpc(table)).toBe(
      [
        "ConfigError, exit 78",
        `what: <home>/project/config.toml: ${complaint}`,
        "why: -",
        `remedy: Write, for example: ${example}`,
      ].join("\n"),
    ),
  );

  test("a misspelt key of vpc is refused", async () =>
    expect((await vpc('{ conector = "al" }')).split("\n")[0]).toBe("ConfigError, exit 78"));

  test.each([
    ['encryption_key = "my-key"', "encryption_key is not the full name of a Cloud KMS key"],
    [
      'encryption_key = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"',
      "encryption_key is not the full name of a Cloud KMS key",
    ],
    ["secret_locations = []", "secret_locations needs at least one region"],
  ])("%s is refused", async (line, complaint) =>
    expect((await refused({ "project/config.toml": `${CLOUD}${line}` })).split("\n")[1]).toContain(
      `what: <home>/project/config.toml: [cloud] ${complaint}`,
    ),
  );
});
