import { describe, expect, test } from "vitest";
import type { CloudConfig, ContainerConfig, RunConfig } from "../../src/config/config.ts";
import { createMask } from "../../src/credentials/secret-mask.ts";
import { planJob } from "../../src/mapping/job-spec.ts";
import { refuseConfiguredLeaks, refuseLeaks } from "../../src/mapping/leak-guard.ts";
import { runOverrides } from "../../src/mapping/overrides.ts";
import { refusal } from "../refusal.ts";
import { AGENT, CLOUD, credential, field } from "./samples.ts";

const VALUE = 'fake"value\nof two lines';
/** What a label, a variable's name or an account may be. */
const WORD = "fake_word_0000";
const TOKEN = credential("github_token", field("token", { value: VALUE }));
const PASSWORD = credential(
  "reddit_oauth",
  field("password", { value: WORD }),
  field("username", { kind: "plain", value: "public-name" }),
);
const UNKNOWN = credential("custom_thing", field("region", { value: "fake-region-1" }));
const CREDENTIALS = [TOKEN, PASSWORD, UNKNOWN];

const { isIn } = createMask(CREDENTIALS);

type Given = {
  readonly prompt?: string;
  readonly name?: string;
  readonly container?: Partial<ContainerConfig>;
  readonly cloud?: Partial<CloudConfig>;
};

const config = ({ name = AGENT.name, container, cloud }: Given): RunConfig => ({
  agent: { ...AGENT, name, container: { ...AGENT.container, ...container } },
  cloud: { ...CLOUD, ...cloud },
  neighbours: [],
});

const guard = (given: Given): Promise<string> =>
  refusal(() => refuseConfiguredLeaks({ config: config(given), prompt: given.prompt ?? "" }, isIn));

const VPC = {
  connector: undefined,
  network: undefined,
  subnetwork: undefined,
  tags: [],
  egress: "all-traffic",
} as const;
const KEY = `projects/p/locations/l/keyRings/${WORD}/cryptoKeys/k`;

/** Where a value was put, as the message says it, and what is given. */
const PLACES: readonly (readonly [where: string, given: Given])[] = [
  ["The prompt", { prompt: `Use ${VALUE}, please` }],
  ["A name in [cloudrun.env]", { container: { env: { FINE: "1", [WORD]: "2" } } }],
  ["[cloudrun.env] TOKEN", { container: { env: { FINE: "1", TOKEN: VALUE } } }],
  ["[cloudrun] command", { container: { command: ["sh", `echo ${VALUE}`] } }],
  ["[cloudrun] args", { container: { args: [`--token=${VALUE}`] } }],
  ["[cloudrun] image", { container: { image: `host.local/${WORD}:latest` } }],
  ["[cloudrun] memory", { container: { memory: WORD } }],
  ["[cloudrun] cpus", { container: { cpus: WORD } }],
  ["The agent's name", { name: `x-${WORD}` }],
  [
    "[cloud] service_account or service_accounts",
    { cloud: { serviceAccount: `${WORD}@p.iam.gserviceaccount.com` } },
  ],
  ["[cloud] secret_prefix", { cloud: { secretPrefix: WORD } }],
  ["[cloud] encryption_key", { cloud: { encryptionKey: KEY } }],
  ["[cloud] memory", { cloud: { memory: WORD } }],
  ["[cloud] cpus", { cloud: { cpus: WORD } }],
  ["[cloud.vpc] connector", { cloud: { vpc: { ...VPC, connector: WORD } } }],
  ["[cloud.vpc] network", { cloud: { vpc: { ...VPC, network: WORD } } }],
  ["[cloud.vpc] subnetwork", { cloud: { vpc: { ...VPC, subnetwork: WORD } } }],
  ["[cloud.vpc] tags", { cloud: { vpc: { ...VPC, tags: ["fine", WORD] } } }],
  ["A key in [cloud.labels]", { cloud: { labels: { [WORD]: "x" } } }],
  ["[cloud.labels] team", { cloud: { labels: { team: WORD } } }],
];

describe("what a person wrote", () => {
  test.each(PLACES)("%s is refused as the person's error, and not quoted", async (where, given) => {
    const text = await guard(given);
    expect(text).toContain(
      `DataError, exit 65\nwhat: ${where} contains the value of a credential\n`,
    );
    expect(isIn(text)).toBe(false);
  });

  test("a prompt", async () =>
    expect(await guard({ prompt: VALUE })).toMatchInlineSnapshot(`
    "DataError, exit 65
    what: The prompt contains the value of a credential
    why: it would be readable by everyone who may see the job or its audit logs
    remedy: Take the value out of the prompt; the agent finds the credential under /credentials and in its variables."
  `));

  test("a literal variable", async () =>
    expect(await guard({ container: { env: { TOKEN: VALUE } } })).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: [cloudrun.env] TOKEN contains the value of a credential
      why: it would be readable by everyone who may see the job or its audit logs
      remedy: Remove TOKEN from [cloudrun.env]; the agent finds the credential under /credentials and in its variables."
    `));

  test("a setting", async () =>
    expect(await guard({ cloud: { labels: { team: WORD } } })).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: [cloud.labels] team contains the value of a credential
      why: it would be readable by everyone who may see the job or its audit logs
      remedy: Write another value there, or change the credential if the two are the same by chance."
    `));

  test.each<[sentence: string, given: Given]>([
    ["nothing", {}],
    ["a plain field's value", { prompt: "I am public-name", name: "public-name" }],
    ["the names of a credential", { prompt: "reddit_oauth password al--reddit_oauth--default" }],
    [
      "a setting that an unknown type stores too",
      {
        cloud: { serviceAccount: "al@fake-region-1.iam.gserviceaccount.com" },
        container: { image: "host.local/fake-region-1:latest" },
      },
    ],
  ])("%s may be sent", async (_sentence, given) =>
    expect(await guard(given)).toBe("nothing was refused"),
  );

  test.each<[where: string, given: Given]>([
    ["The prompt", { prompt: "fake-region-1" }],
    ["[cloudrun.env] REGION", { container: { env: { REGION: "fake-region-1" } } }],
    ["[cloudrun] args", { container: { args: ["fake-region-1"] } }],
  ])("%s may not hold what an unknown type stores: it may be secret", async (where, given) =>
    expect(await guard(given)).toContain(`DataError, exit 65\nwhat: ${where} contains`),
  );
});

describe("the last look", () => {
  const look = (sent: unknown, isSecretIn = isIn): Promise<string> =>
    refusal(() => refuseLeaks(sent, isSecretIn));

  test("a value that nobody configured is a defect", async () =>
    expect(
      await look({ job: { template: { template: { containers: [{ args: [VALUE] }] } } } }),
    ).toMatchInlineSnapshot(`
      "BugError, exit 70
      what: al was about to put a credential's value into a job
      why: the spec or the overrides contain it; nothing was sent
      remedy: This is a defect of al. Please report it, without the value."
    `));

  test.each<[sentence: string, sent: unknown]>([
    ["a label", { labels: { team: WORD } }],
    ["a label's key", { labels: { [WORD]: "x" } }],
    ["an annotation", { template: { annotations: { note: VALUE } } }],
    ["an override", { containerOverrides: [{ env: [{ name: "PROMPT", value: VALUE }] }] }],
    ["a text alone", VALUE],
  ])("%s is looked at", async (_sentence, sent) =>
    expect(await look(sent)).toMatch(/^BugError, exit 70\n/),
  );

  /** Values that are the same as names that al makes, or as Google's words. */
  const COINCIDENCES = [
    ...["password", "reddit_oauth", "default--password", "/credentials/reddit_oauth"],
    ...["REDDIT_PASSWORD", "serviceAccount", "maxRetries", "action-llama", "al-agent-name"],
    ...["managed-by", "al-spec-sha256", "cred-reddit-oauth-default", "ALL_TRAFFIC", "AL_RUN_ID"],
  ];

  test.each(COINCIDENCES)("the password %s is in no job by chance", async (value) => {
    const password = credential(
      "reddit_oauth",
      field("password", { env: ["REDDIT_PASSWORD"], value }),
      field("client_secret", { value: "fake-client-secret" }),
    );
    const { job } = planJob({
      agent: AGENT,
      cloud: { ...CLOUD, vpc: { ...VPC, network: "net" } },
      credentials: [password],
      injections: [{ name: "REDDIT_PASSWORD", credential: password, field: "password" }],
      pins: new Map(),
    });
    const overrides = runOverrides({ prompt: "go", runId: "0123", timeoutSeconds: 60 });
    const sent = { job, overrides };
    expect(await look(sent, createMask([password]).isIn)).toBe("nothing was refused");
  });
});
