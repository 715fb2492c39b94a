import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { CLOUD_TOML, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const CONNECTOR = "projects/demo-project/locations/us-central1/connectors/al";
const KEY = "projects/demo-project/locations/us-central1/keyRings/al/cryptoKeys/jobs";

const plan = async (project: string): Promise<{ exists: boolean; changes: string[] }> => {
  const { code, stdout, stderr } = await world.al(["plan", "it", "-p", project, "--json"]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout).job;
};

test.each([
  [
    "a connector",
    `vpc = { connector = "${CONNECTOR}", egress = "all-traffic" }`,
    `+ network: connector ${CONNECTOR}, egress ALL_TRAFFIC`,
  ],
  [
    "a network, its subnetwork and tags",
    'vpc = { network = "default", subnetwork = "agents", tags = ["al", "a1"] }',
    "+ network: network default, subnetwork agents, tags al a1, egress PRIVATE_RANGES_ONLY",
  ],
  [
    "a network alone",
    'vpc = { network = "default" }',
    "+ network: network default, egress PRIVATE_RANGES_ONLY",
  ],
  [
    "a subnetwork of another project alone",
    'vpc = { subnetwork = "projects/host/regions/us-central1/subnetworks/s" }',
    "+ network: subnetwork projects/host/regions/us-central1/subnetworks/s, egress PRIVATE_RANGES_ONLY",
  ],
  ["a key of one's own", `encryption_key = "${KEY}"`, `+ encryption key: ${KEY}`],
])(
  "a run with %s is planned, carried out, and leaves nothing to do",
  async (_sentence, line, change) => {
    const project = world.project(agent("echo hello"), `${CLOUD_TOML}${line}\n`);
    const before = await plan(project);
    expect({ exists: before.exists, changes: before.changes }).toEqual({
      exists: false,
      changes: expect.arrayContaining([change]),
    });
    const { code, stdout } = await world.al(run(project));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
    expect(await plan(project)).toMatchObject({ exists: true, changes: [] });
  },
);

test("a network taken away is a change", async () => {
  await world.al(run(world.project(agent("true"), `${CLOUD_TOML}vpc = { network = "default" }\n`)));
  const { exists, changes } = await plan(world.project(agent("true")));
  expect({ exists, changes }).toEqual({
    exists: false,
    changes: ["- network: network default, egress PRIVATE_RANGES_ONLY"],
  });
});
