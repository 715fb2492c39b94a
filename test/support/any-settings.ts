import fc from "fast-check";
import type { AgentConfig, ContainerConfig } from "../../src/config/config.ts";

export type AnyAgent = Pick<AgentConfig, "name" | "timeoutSeconds"> & ContainerConfig;

/** Names that somebody takes, that break a rule, or that only look so. */
export const ODD_NAMES: readonly string[] = [
  ...[
    "PORT",
    "K_SERVICE",
    "K_REVISION",
    "K_CONFIGURATION",
    "CLOUD_RUN_JOB",
    "CLOUD_RUN_TASK_COUNT",
  ],
  ...["X_GOOGLE_", "X_GOOGLE_A", "X_GOOGLE", "x_google_a", "PROMPT", "AL_RUN_ID", "GATEWAY_URL"],
  ...[
    "SHUTDOWN_SECRET",
    "GITHUB_TOKEN",
    "GIT_AUTHOR_NAME",
    "",
    "=",
    "A=B",
    "A B",
    "1A",
    "A-B",
    "\u00e9",
  ],
  ...["A\0", "A\n", "__proto__", "constructor", "_", "N".repeat(32_768), "N".repeat(32_769)],
];
const oddName = fc.constantFrom(...ODD_NAMES);
const literal = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("f".repeat(32_768), "f".repeat(32_769), "é".repeat(16_385), "\0"),
);
/** Mostly ordinary, so that many of these are taken. */
const seldom = <T>(odd: fc.Arbitrary<T>, usual: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 29 }, { arbitrary: odd, weight: 1 });

/** What an agent's file may say, legal or not. */
export const anyAgent: fc.Arbitrary<AnyAgent> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 80, unit: "grapheme" }),
  timeoutSeconds: fc.oneof(
    fc.constantFrom(1, 900, 86_400, 604_800),
    fc.integer({ min: 1, max: 604_800 }),
  ),
  image: fc.constantFrom(
    "host.local/agent:latest",
    `us-central1-docker.pkg.dev/p/r/a@sha256:${"0".repeat(64)}`,
  ),
  command: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
  args: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
  memory: seldom(
    fc.constantFrom("512m", "8g", "0.3Gi", "32Gi", "33Gi"),
    fc.constantFrom(undefined, "2g", "2048Mi", "4Gi"),
  ),
  cpus: seldom(
    fc.constantFrom("6", "8", "1.1"),
    fc.constantFrom(undefined, "1", "2", "1000m", "4"),
  ),
  env: fc.dictionary(
    seldom(oddName, fc.stringMatching(/^OWN_[A-Za-z0-9_]{0,20}$/)),
    seldom(literal, fc.string({ unit: "grapheme" })),
    { maxKeys: 4 },
  ),
});

const networkName = seldom(
  fc.constantFrom("", "N", "n_1", "1n", "n-", "n".repeat(64), "a/b", "projects/p/global/networks/"),
  fc.constantFrom(
    ...["n", "default", "n".repeat(63), "projects/host-1/global/networks/n"],
    ...["projects/host-1/regions/us-central1/subnetworks/s", "projects/1/global/networks/a-1"],
  ),
);
const anyVpc = fc.oneof(
  fc.record({
    connector: seldom(
      fc.constantFrom(
        "al",
        "",
        "projects/p/locations/l/connectors/",
        "projects//locations/l/connectors/c",
      ),
      fc.constantFrom(
        "projects/demo-project/locations/us-central1/connectors/al",
        "projects/123456789012/locations/us-central1/connectors/a-1",
      ),
    ),
  }),
  fc.record(
    {
      network: networkName,
      subnetwork: networkName,
      tags: fc.array(
        seldom(
          fc.constantFrom("x".repeat(64), "A", "a_b", "1", ""),
          fc.constantFrom("t", "a-1", "x".repeat(63)),
        ),
        { maxLength: 2 },
      ),
      egress: fc.constantFrom("all-traffic", "private-ranges-only"),
    },
    { requiredKeys: [] },
  ),
);
const anyKey = seldom(
  fc.constantFrom(
    "",
    "k",
    "projects/p/locations/l/keyRings/r/cryptoKeys/k k",
    "projects/p/locations/l/keyRings/r/cryptoKeys/",
  ),
  fc.constantFrom(
    "projects/demo-project/locations/us-central1/keyRings/al/cryptoKeys/jobs",
    `projects/example.com:p-1/locations/global/keyRings/R_1/cryptoKeys/${"k".repeat(63)}`,
  ),
);
const anyLabels = seldom<Readonly<Record<string, string>>>(
  fc
    .constantFrom(61, 62, 63, 64, 65)
    .map((count) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, ""])),
    ),
  fc.dictionary(
    seldom(
      fc.constantFrom(
        "managed-by",
        "al-agent",
        "Team",
        "",
        "1a",
        "\u00e9",
        "k".repeat(64),
        "run.googleapis.com/x",
      ),
      fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/),
    ),
    seldom(fc.constantFrom("A", "a b", "v".repeat(64)), fc.stringMatching(/^[a-z0-9_-]{0,63}$/)),
    { maxKeys: 5 },
  ),
);

/** What `[cloud]` may say, legal or not. */
export const anyCloud: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record(
  {
    region: fc.constant("us-central1"),
    service_account: fc.constant("al-runner@demo-project.iam.gserviceaccount.com"),
    secret_prefix: fc.constantFrom("al", "team-a", "x".repeat(40)),
    labels: anyLabels,
    vpc: anyVpc,
    encryption_key: anyKey,
  },
  { requiredKeys: ["region", "service_account"] },
);
