import { describe, expect, test } from "vitest";
import type { Job, VpcAccess } from "../../src/gcp/types.ts";
import { diffSummaries, summarise } from "../../src/mapping/job-summary.ts";

const job = (changes: { memory?: string; token?: string; name?: string } = {}): Job => ({
  name: `projects/p/locations/l/jobs/${changes.name ?? "al-dev-11111111"}`,
  labels: { "managed-by": "action-llama" },
  template: {
    template: {
      serviceAccount: "runner@demo-project.iam.gserviceaccount.com",
      timeout: { seconds: 900 },
      volumes: [
        {
          name: "v",
          secret: { secret: "al--aws--default--_files", items: [{ path: "id", version: "3" }] },
        },
      ],
      containers: [
        {
          image: "image:1",
          command: ["/bin/sh"],
          env: [
            { name: "LEVEL", value: "3" },
            {
              name: "TOKEN",
              valueSource: {
                secretKeyRef: { secret: "al--t--default--token", version: changes.token ?? "1" },
              },
            },
          ],
          resources: { limits: { cpu: "1", memory: changes.memory ?? "2Gi" } },
          volumeMounts: [{ name: "v", mountPath: "/credentials/aws/default" }],
        },
      ],
    },
  },
});

describe("a job in lines", () => {
  test("names every setting of ours", () =>
    expect([...summarise(job())]).toEqual([
      ["image", "image:1"],
      ["command", '["/bin/sh"]'],
      ["cpu", "1"],
      ["memory", "2Gi"],
      ["timeout", "900s"],
      ["service account", "runner@demo-project.iam.gserviceaccount.com"],
      ["label managed-by", "action-llama"],
      ["env LEVEL", '"3"'],
      ["env TOKEN", "al--t--default--token version 1"],
      ["file /credentials/aws/default/id", "al--aws--default--_files version 3"],
    ]));

  test.each([
    ["nothing where nothing changed", job(), job(), []],
    [
      "what changed, by setting",
      job(),
      job({ memory: "4Gi", token: "2" }),
      [
        "~ env TOKEN: al--t--default--token version 1 → al--t--default--token version 2",
        "~ memory: 2Gi → 4Gi",
      ],
    ],
    ["what is new", {}, { labels: { team: "a" } }, ["+ label team: a"]],
    ["what is gone", { labels: { team: "a" } }, {}, ["- label team: a"]],
  ] as const)("differ by %s", (_sentence, before, after, lines) =>
    expect(diffSummaries(summarise(before), summarise(after))).toEqual(lines),
  );
});

describe("the network of a job", () => {
  const withNetwork = (vpcAccess: VpcAccess | null): Job => ({
    template: { template: { vpcAccess } },
  });
  const CONNECTOR = "projects/p/locations/l/connectors/c";

  // As al plans it, and as Google's client decodes the same from a reply, with a default for what is not set.
  test.each<[sentence: string, planned: VpcAccess, decoded: VpcAccess, line: string]>([
    [
      "a connector",
      { connector: CONNECTOR, egress: "ALL_TRAFFIC" },
      { connector: CONNECTOR, egress: "ALL_TRAFFIC", networkInterfaces: [] },
      `connector ${CONNECTOR}, egress ALL_TRAFFIC`,
    ],
    [
      "a network and its subnetwork",
      {
        networkInterfaces: [{ network: "n", subnetwork: "s", tags: ["a", "b"] }],
        egress: "PRIVATE_RANGES_ONLY",
      },
      {
        connector: "",
        networkInterfaces: [{ tags: ["a", "b"], network: "n", subnetwork: "s" }],
        egress: "PRIVATE_RANGES_ONLY",
      },
      "network n, subnetwork s, tags a b, egress PRIVATE_RANGES_ONLY",
    ],
    [
      "a network alone",
      {
        networkInterfaces: [{ network: "n", subnetwork: null, tags: [] }],
        egress: "ALL_TRAFFIC",
      },
      {
        connector: "",
        networkInterfaces: [{ network: "n", subnetwork: "", tags: [] }],
        egress: "ALL_TRAFFIC",
      },
      "network n, egress ALL_TRAFFIC",
    ],
  ])("reads the same planned and decoded: %s", (_sentence, planned, decoded, line) =>
    expect([planned, decoded].map((access) => [...summarise(withNetwork(access))])).toEqual([
      [["network", line]],
      [["network", line]],
    ]),
  );

  test("is not mentioned where there is none", () =>
    expect([...summarise(withNetwork(null))]).toEqual([]));
});
