import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { injections } from "../../src/mapping/environment.ts";
import { type JobInput, planJob } from "../../src/mapping/job-spec.ts";
import { refusal } from "../refusal.ts";
import { AGENT, CLOUD, credential, field, GIT_SSH, GITHUB, pins } from "./samples.ts";

const CREDENTIALS = [GITHUB, GIT_SSH];

const INPUT: JobInput = {
  agent: {
    ...AGENT,
    container: {
      image: "us-central1-docker.pkg.dev/demo-project/agents/dev@sha256:00ff",
      command: ["/bin/agent"],
      args: ["--verbose", ""],
      memory: "4g",
      cpus: "2",
      env: { LOG_LEVEL: "debug" },
    },
  },
  cloud: { ...CLOUD, labels: { team: "a" } },
  credentials: CREDENTIALS,
  injections: injections(CREDENTIALS).injections,
  pins: pins({
    "al--github_token--default--token": { token: "3" },
    "al--git_ssh--botty--email": { email: "1" },
    "al--git_ssh--botty--id_rsa": { id_rsa: "2" },
    "al--git_ssh--botty--username": { username: "1" },
    "al--git_ssh--botty--_files": { email: "1", id_rsa: "5", username: "4" },
  }),
};

const secretKey = (name: string, secret: string, version: string) => ({
  name,
  valueSource: { secretKeyRef: { secret, version } },
});

describe("planJob", () => {
  test("a whole job", () => {
    const { jobId, specHash, job } = planJob(INPUT);
    const labels = { team: "a", "managed-by": "action-llama", "al-agent": "dev" };
    const annotations = { "al-agent-name": "dev", "al-spec-sha256": specHash };
    expect(specHash).toMatch(/^[0-9a-f]{64}$/);
    expect(jobId).toBe(`al-dev-${specHash.slice(0, 8)}`);
    expect(job).toEqual({
      labels,
      annotations,
      template: {
        labels,
        annotations,
        taskCount: 1,
        template: {
          serviceAccount: "al-runner@demo-project.iam.gserviceaccount.com",
          maxRetries: 0,
          timeout: { seconds: 900 },
          volumes: [
            {
              name: "cred-github-token-default-6a67bde91aaf98ad04f55f9cb70a1e6d",
              secret: {
                secret: "al--github_token--default--token",
                items: [{ path: "token", version: "3" }],
              },
            },
            {
              name: "cred-git-ssh-botty-048532c32264965c04ecd34676a72e78",
              secret: {
                secret: "al--git_ssh--botty--_files",
                items: [
                  { path: "email", version: "1" },
                  { path: "id_rsa", version: "5" },
                  { path: "username", version: "4" },
                ],
              },
            },
          ],
          containers: [
            {
              image: "us-central1-docker.pkg.dev/demo-project/agents/dev@sha256:00ff",
              command: ["/bin/agent"],
              args: ["--verbose", ""],
              env: [
                { name: "LOG_LEVEL", value: "debug" },
                secretKey("GITHUB_TOKEN", "al--github_token--default--token", "3"),
                secretKey("GH_TOKEN", "al--github_token--default--token", "3"),
                secretKey("GIT_AUTHOR_EMAIL", "al--git_ssh--botty--email", "1"),
                secretKey("GIT_COMMITTER_EMAIL", "al--git_ssh--botty--email", "1"),
                secretKey("GIT_AUTHOR_NAME", "al--git_ssh--botty--username", "1"),
                secretKey("GIT_COMMITTER_NAME", "al--git_ssh--botty--username", "1"),
              ],
              resources: { limits: { cpu: "2", memory: "4Gi" } },
              volumeMounts: [
                {
                  name: "cred-github-token-default-6a67bde91aaf98ad04f55f9cb70a1e6d",
                  mountPath: "/credentials/github_token/default",
                },
                {
                  name: "cred-git-ssh-botty-048532c32264965c04ecd34676a72e78",
                  mountPath: "/credentials/git_ssh/botty",
                },
              ],
            },
          ],
        },
      },
    });
  });

  test("the smallest job still says explicitly that nothing is retried", () => {
    const { job } = planJob({
      ...INPUT,
      agent: AGENT,
      cloud: CLOUD,
      credentials: [],
      injections: [],
    });
    expect(job.template).toEqual({
      labels: { "managed-by": "action-llama", "al-agent": "dev" },
      annotations: {
        "al-agent-name": "dev",
        "al-spec-sha256": expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      taskCount: 1,
      template: {
        serviceAccount: "al-runner@demo-project.iam.gserviceaccount.com",
        maxRetries: 0,
        timeout: { seconds: 900 },
        volumes: [],
        containers: [
          {
            image: "host.local/agent:latest",
            command: [],
            args: [],
            env: [],
            resources: { limits: { cpu: "1", memory: "2Gi" } },
            volumeMounts: [],
          },
        ],
      },
    });
  });

  test("the agent's resources come before the project's", () => {
    const cloud = { ...CLOUD, memory: "8Gi", cpus: "4" };
    const limits = (container: Partial<typeof AGENT.container>) =>
      planJob({ ...INPUT, cloud, agent: withContainer(container) }).job.template?.template
        ?.containers?.[0]?.resources;
    expect([limits({}), limits({ memory: "16Gi" }), limits({ cpus: "2" })]).toEqual([
      { limits: { cpu: "4", memory: "8Gi" } },
      { limits: { cpu: "4", memory: "16Gi" } },
      { limits: { cpu: "2", memory: "8Gi" } },
    ]);
  });

  const VPC = { connector: undefined, network: undefined, subnetwork: undefined, tags: [] };

  test.each([
    [
      "a connector",
      {
        vpc: {
          ...VPC,
          connector: "projects/p/locations/l/connectors/al",
          egress: "all-traffic" as const,
        },
      },
      { vpcAccess: { connector: "projects/p/locations/l/connectors/al", egress: "ALL_TRAFFIC" } },
    ],
    [
      "a network of its own",
      {
        vpc: {
          ...VPC,
          network: "n",
          subnetwork: "s",
          tags: ["t"],
          egress: "private-ranges-only" as const,
        },
      },
      {
        vpcAccess: {
          networkInterfaces: [{ network: "n", subnetwork: "s", tags: ["t"] }],
          egress: "PRIVATE_RANGES_ONLY",
        },
      },
    ],
    ["a key", { encryptionKey: "projects/p/k" }, { encryptionKey: "projects/p/k" }],
    ["none of these", {}, {}],
  ])("a job with %s", (_sentence, cloud, expected) => {
    const { vpcAccess, encryptionKey } =
      planJob({ ...INPUT, cloud: { ...CLOUD, ...cloud } }).job.template?.template ?? {};
    expect({ vpcAccess, encryptionKey }).toEqual(expected);
  });

  test("no value of a credential is in it", () => {
    const text = JSON.stringify(planJob(INPUT));
    expect(
      ["fake-token", "fake-key", "fake-email", "[secret]"].filter((v) => text.includes(v)),
    ).toEqual([]);
  });
});

const withContainer = (container: Partial<typeof AGENT.container>): typeof AGENT => ({
  ...AGENT,
  container: { ...AGENT.container, ...container },
});

describe("the spec hash", () => {
  const hash = (change: Partial<JobInput> = {}): string =>
    planJob({ ...INPUT, ...change }).specHash;
  const agent = (change: Partial<typeof AGENT>): string =>
    hash({ agent: { ...INPUT.agent, ...change } });
  const container = (change: Partial<typeof AGENT.container>): string =>
    agent({ container: { ...INPUT.agent.container, ...change } });
  const cloud = (change: Partial<typeof CLOUD>): string =>
    hash({ cloud: { ...INPUT.cloud, ...change } });
  const pinned = (id: string, name: string): string =>
    hash({
      pins: new Map([...INPUT.pins, [id, new Map([...(INPUT.pins.get(id) ?? []), [name, "9"]])]]),
    });

  const CHANGES: readonly (readonly [what: string, changed: () => string])[] = [
    ["the agent's name", () => agent({ name: "dev2" })],
    ["the agent's name in what a label cannot show", () => agent({ name: "Dev" })],
    ["the timeout", () => agent({ timeoutSeconds: 901 })],
    ["the image", () => container({ image: "host.local/agent:2" })],
    ["the command", () => container({ command: ["/bin/agent2"] })],
    [
      "an argument that moved to the command",
      () => container({ command: ["/bin/agent", "--verbose"], args: [""] }),
    ],
    ["the arguments", () => container({ args: ["--verbose"] })],
    ["the order of the arguments", () => container({ args: ["", "--verbose"] })],
    ["the memory", () => container({ memory: "3g" })],
    ["the CPUs", () => container({ cpus: "4" })],
    ["a variable's value", () => container({ env: { LOG_LEVEL: "info" } })],
    ["a variable's name", () => container({ env: { LOG: "debug" } })],
    ["a variable more", () => container({ env: { LOG_LEVEL: "debug", A: "" } })],
    ["the identity", () => cloud({ serviceAccount: "other@demo-project.iam.gserviceaccount.com" })],
    ["a label", () => cloud({ labels: { team: "b" } })],
    ["the key", () => cloud({ encryptionKey: "projects/p/k" })],
    [
      "the network",
      () =>
        cloud({
          vpc: {
            connector: "al",
            network: undefined,
            subnetwork: undefined,
            tags: [],
            egress: "all-traffic",
          },
        }),
    ],
    ["the secret prefix", () => cloud({ secretPrefix: "team" })],
    ["one credential less", () => hash({ credentials: [GITHUB] })],
    [
      "a field of a credential",
      () => hash({ credentials: [GITHUB, { ...GIT_SSH, fields: GIT_SSH.fields.slice(1) }] }),
    ],
    ["an injected variable less", () => hash({ injections: INPUT.injections.slice(1) })],
    ["the version of a variable", () => pinned("al--git_ssh--botty--email", "email")],
    [
      "the version of a variable and file",
      () => pinned("al--github_token--default--token", "token"),
    ],
    ["the version of one file of several", () => pinned("al--git_ssh--botty--_files", "id_rsa")],
  ];

  test.each(CHANGES)("changes with %s", (_what, changed) => expect(changed()).not.toBe(hash()));

  test("differs between all of these", () => {
    const hashes = [hash(), ...CHANGES.map(([, changed]) => changed())];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test.each([
    ["the same input", () => hash()],
    ["another spelling of the same memory", () => container({ memory: "4096Mi" })],
    [
      "the secret's value itself, of which only the version counts",
      () =>
        hash({
          credentials: [
            credential("github_token", field("token", { value: "other-fake" })),
            GIT_SSH,
          ],
        }),
    ],
    ["the credential that signs in", () => cloud({ credential: "gcp_service_account:ci" })],
    [
      "the models, which are the agent's own affair",
      () => agent({ models: [{ name: "m", provider: "anthropic", authType: undefined }] }),
    ],
  ])("stays with %s", (_what, same) => expect(same()).toBe(hash()));

  const texts = (key: RegExp) => fc.dictionary(fc.stringMatching(key), fc.string());
  const reversed = <T>(table: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(table).reverse());

  test.each<[string, fc.Arbitrary<Readonly<Record<string, string>>>, (table: Labels) => string]>([
    [
      "[cloud.labels]",
      fc.dictionary(
        fc
          .stringMatching(/^[a-z][a-z0-9_-]{0,20}$/)
          .filter((key) => !["managed-by", "al-agent"].includes(key)),
        fc.stringMatching(/^[a-z0-9_-]{0,20}$/),
      ),
      (labels) => cloud({ labels }),
    ],
    ["[cloudrun.env]", texts(/^OWN_[A-Z0-9_]{0,20}$/), (env) => container({ env })],
  ])("does not depend on the order of keys in %s", (_section, anyTable, hashOf) =>
    fc.assert(
      fc.property(anyTable, (table) => {
        expect(hashOf(reversed(table))).toBe(hashOf(table));
      }),
    ),
  );

  test("does not depend on the order in which a network was written", () => {
    const vpc = {
      ...{ connector: undefined, network: "n", subnetwork: "s", tags: ["t"] },
      egress: "all-traffic" as const,
    };
    const backwards = Object.fromEntries(Object.entries(vpc).reverse()) as typeof vpc;
    expect(cloud({ vpc: backwards })).toBe(cloud({ vpc }));
  });
});

type Labels = Readonly<Record<string, string>>;

describe("a job's id", () => {
  const idOf = (name: string): string =>
    planJob({ ...INPUT, agent: { ...INPUT.agent, name } }).jobId;

  test.each([
    ["dev", /^al-dev-[0-9a-f]{8}$/],
    ["My Agent_2", /^al-my-agent-2-[0-9a-f]{8}$/],
    ["--dev--", /^al-dev-[0-9a-f]{8}$/],
    ["агент", /^al-agent-[0-9a-f]{8}$/],
    ["a".repeat(100), /^al-a{37}-[0-9a-f]{8}$/],
    [`${"a".repeat(36)}-b`, /^al-a{36}-[0-9a-f]{8}$/],
  ])("of the agent %j is readable", (name, expected) => expect(idOf(name)).toMatch(expected));

  test("is at most 49 characters that Cloud Run takes", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 255, unit: "grapheme" }), (name) => {
        expect(idOf(name)).toMatch(/^al-[a-z0-9]([a-z0-9-]{0,44}[a-z0-9])?$/);
      }),
    ));

  test("differs for agents that read alike", () =>
    expect(new Set(["dev-1", "dev_1", "Dev-1", "dev 1", "dev--1"].map(idOf)).size).toBe(5));

  test("the agent's label is a legal one", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 255, unit: "grapheme" }), (name) => {
        const { labels } = planJob({ ...INPUT, agent: { ...INPUT.agent, name } }).job;
        expect(labels?.["al-agent"]).toMatch(/^[a-z0-9_-]{1,63}$/);
      }),
    ));
});

describe("labels of the project", () => {
  const given = (labels: Readonly<Record<string, string>>) =>
    refusal(() => planJob({ ...INPUT, cloud: { ...CLOUD, labels } }));

  test.each([
    ["an empty value", { team: "" }],
    ["digits, _ and -", { "cost-centre_1": "4-2_0" }],
    ["63 characters", { ["k".repeat(63)]: "v".repeat(63) }],
  ])("%s may be", async (_sentence, labels) =>
    expect(await given(labels)).toBe("nothing was refused"),
  );

  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, ""]));

  test("62 labels may be", async () => expect(await given(many(62))).toBe("nothing was refused"));

  test("63 leave no room for ours", async () =>
    expect(await given(many(63))).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: [cloud.labels] has 63 labels
      why: Cloud Run takes 64 on a job, and 2 of them are al's
      remedy: Remove labels from [cloud.labels] until 62 are left."
    `));

  test.each([
    ["a capital letter in the key", { Team: "a" }],
    ["a capital letter in the value", { team: "A" }],
    ["a key that begins with a digit", { "1team": "a" }],
    ["an empty key", { "": "a" }],
    ["64 characters in the key", { ["k".repeat(64)]: "v" }],
    ["64 characters in the value", { key: "v".repeat(64) }],
    ["a key in Google's own namespace", { "run.googleapis.com/x": "a" }],
    ["a line break", { team: "a\n" }],
  ])("%s may not be", async (_sentence, labels) => {
    const [[key, value] = ["", ""]] = Object.entries(labels);
    expect(await given(labels)).toBe(
      [
        "ConfigError, exit 78",
        `what: [cloud.labels] ${key} = ${JSON.stringify(value)} cannot be a label`,
        "why: keys and values hold lower-case letters, digits, _ and -, at most 63, and a key begins with a letter",
        `remedy: Change or remove ${key} in [cloud.labels].`,
      ].join("\n"),
    );
  });

  test.each(["managed-by", "al-agent"])("our own label %s may not be claimed", async (key) =>
    expect(await given({ [key]: "action-llama" })).toBe(
      [
        "ConfigError, exit 78",
        `what: [cloud.labels] ${key} = "action-llama" cannot be a label`,
        "why: al marks its own resources with this label",
        `remedy: Change or remove ${key} in [cloud.labels].`,
      ].join("\n"),
    ),
  );
});
