import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { CLOUD_TOML, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

const labels = Array.from({ length: 63 }, (_, index) => `l${index} = ""`).join("\n");
const CREDENTIALS = 'credentials = ["github_token"]';

// What Cloud Run or Secret Manager would refuse only after secrets were written is refused before Google is asked anything.
test.each<[sentence: string, agentToml: string, cloudToml: string, code: number, says: string]>([
  [
    "a variable of Cloud Run's",
    `${agent("true", CREDENTIALS)}env = { K_SERVICE = "x" }\n`,
    "",
    78,
    "error: [cloudrun.env] K_SERVICE cannot be set",
  ],
  [
    "a variable of a gateway's runs",
    `${agent("true", CREDENTIALS)}env = { SHUTDOWN_SECRET = "x" }\n`,
    "",
    78,
    "error: [cloudrun.env] SHUTDOWN_SECRET cannot be set",
  ],
  [
    "more labels than leave room for ours",
    agent("true", CREDENTIALS),
    `[cloud.labels]\n${labels}\n`,
    78,
    "error: [cloud.labels] has 63 labels",
  ],
  [
    "a connector's bare name",
    agent("true", CREDENTIALS),
    'vpc = { connector = "al" }\n',
    78,
    "[cloud.vpc] connector is not the full name of a connector",
  ],
  [
    "field names that no annotation holds",
    agent("true", 'credentials = ["github_token", "long_names"]'),
    "",
    65,
    "error: The names of the 70 fields of long_names are too long together",
  ],
])("%s", async (_sentence, agentToml, cloudToml, code, says) => {
  const directory = join(world.store, "long_names/default");
  mkdirSync(directory, { recursive: true });
  for (let index = 0; index < 70; index++)
    writeFileSync(join(directory, `${index}`.padEnd(245, "n")), "fake\n");
  const before = (await world.calls()).length;
  const result = await world.al(run(world.project(agentToml, `${CLOUD_TOML}${cloudToml}`)));
  expect({ code: result.code, stderr: result.stderr }).toEqual({
    code,
    stderr: expect.stringContaining(says),
  });
  expect((await world.calls()).slice(before)).toEqual([]);
});
