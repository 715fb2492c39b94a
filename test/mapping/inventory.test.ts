import { describe, expect, test } from "vitest";
import type { Job } from "../../src/gcp/types.ts";
import { inventory } from "../../src/mapping/inventory.ts";
import { pinnedVersions } from "../../src/mapping/job-pins.ts";

const TOKEN = "al--t--default--token";
const FILES = "al--aws--default--_files";

type SecretVolume = {
  readonly secret: string;
  readonly items?: readonly { readonly version?: string; readonly path: string }[];
};

/** A job whose variables and volumes refer to these. */
const job = (
  name: string,
  {
    env = [],
    volumes = [],
  }: {
    readonly env?: readonly (readonly [string, string])[];
    readonly volumes?: readonly SecretVolume[];
  },
  made = 1_700_000_000,
): Job => ({
  name: `projects/my-project/locations/${name}`,
  createTime: { seconds: made },
  template: {
    template: {
      containers: [
        {
          env: env.map(([secret, version]) => ({
            name: "X",
            valueSource: { secretKeyRef: { secret, version } },
          })),
        },
      ],
      volumes: volumes.map(({ secret, items }) => ({
        name: "v",
        secret: { secret, ...(items === undefined ? {} : { items: [...items] }) },
      })),
    },
  },
});

describe("what a job pins", () => {
  const pins = (given: Parameters<typeof job>[1]) =>
    pinnedVersions(job("l/jobs/j", given)).map(({ secret, version }) => `${secret}/${version}`);
  test.each<[string, Parameters<typeof job>[1], string[]]>([
    ["nothing", {}, []],
    [
      "each version once, however often it refers to it",
      {
        env: [
          [TOKEN, "1"],
          [TOKEN, "1"],
        ],
        volumes: [{ secret: TOKEN, items: [{ path: "a", version: "1" }] }],
      },
      [`${TOKEN}/1`],
    ],
    [
      "several versions of one secret",
      {
        volumes: [
          {
            secret: FILES,
            items: [
              { path: "a", version: "1" },
              { path: "b", version: "3" },
            ],
          },
        ],
      },
      [`${FILES}/1`, `${FILES}/3`],
    ],
    ["the latest version", { env: [[TOKEN, "latest"]] }, [`${TOKEN}/latest`]],
    [
      "the latest version where a volume names no files",
      { volumes: [{ secret: TOKEN }] },
      [`${TOKEN}/latest`],
    ],
    [
      "a secret by its full name in the job's own project",
      { env: [[`projects/my-project/secrets/${TOKEN}`, "1"]] },
      [`${TOKEN}/1`],
    ],
    [
      "a secret by its full name with the project's number",
      {
        volumes: [
          {
            secret: `projects/123456789012/secrets/${TOKEN}`,
            items: [{ path: "a", version: "2" }],
          },
        ],
      },
      [`${TOKEN}/2`],
    ],
    [
      "a secret of another project, which is another one",
      { env: [[`projects/their-project/secrets/${TOKEN}`, "1"]] },
      [`projects/their-project/secrets/${TOKEN}/1`],
    ],
  ])("%s", (_sentence, given, expected) => expect(pins(given)).toEqual(expected));
});

test("the inventory says which versions are in use by whom and since when, in any region, and what is billed", () => {
  const version = (number: string, state = "ENABLED") => ({ number, state, createdAt: 0 });
  const secrets = [
    {
      ...{ id: TOKEN, credential: "t", annotations: {}, locations: 2 },
      versions: [version("2"), version("1")],
    },
    {
      ...{ id: FILES, credential: "aws", annotations: {}, locations: 1 },
      versions: [version("3"), version("2", "DISABLED"), version("1", "DESTROYED")],
    },
  ];
  const files = { secret: FILES, items: [{ path: "a", version: "3" }] };
  const jobs = [
    job("l/jobs/al-dev-1", { env: [[TOKEN, "1"]], volumes: [files] }, 2_000),
    job("europe-west1/jobs/al-dev-2", { env: [[TOKEN, "2"]], volumes: [files] }, 1_000),
    job("l/jobs/theirs", { env: [[`projects/1/secrets/${TOKEN}`, "latest"]] }, 3_000),
  ];
  const unused = { jobs: [], inUseSince: null };
  expect(inventory(secrets, { jobs, region: "l" })).toEqual([
    {
      ...{ credential: "aws", secret: FILES, billed: 2 },
      versions: [
        { ...version("3"), jobs: ["al-dev-1", "europe-west1/al-dev-2"], inUseSince: 1_000_000 },
        { ...version("2", "DISABLED"), ...unused },
        { ...version("1", "DESTROYED"), ...unused },
      ],
    },
    {
      ...{ credential: "t", secret: TOKEN, billed: 4 },
      versions: [
        { ...version("2"), jobs: ["europe-west1/al-dev-2", "theirs"], inUseSince: 1_000_000 },
        { ...version("1"), jobs: ["al-dev-1"], inUseSince: 2_000_000 },
      ],
    },
  ]);
});
