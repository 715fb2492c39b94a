import { expect, test } from "vitest";
import { differingNeighbours, isolationWarnings } from "../../src/cli/isolation.ts";
import type { Neighbour, RunConfig } from "../../src/config/config.ts";
import { AGENT, CLOUD } from "../mapping/samples.ts";

const model = (provider: string, authType = "api_key") => ({ name: provider, provider, authType });
type Needs = Partial<Pick<Neighbour, "credentials" | "models">>;
const NOTHING = { credentials: [], models: [] };

const shared = (own: Needs, ...others: Needs[]): RunConfig => ({
  cloud: CLOUD,
  agent: { ...AGENT, ...NOTHING, ...own },
  neighbours: others.map((needs, index) => ({ agent: `other${index}`, ...NOTHING, ...needs })),
});

test.each<[sentence: string, own: Needs, other: Needs, differs: boolean]>([
  ["the same list", { credentials: ["a", "b"] }, { credentials: ["b", "a"] }, false],
  [
    "other spellings of the same",
    { credentials: ["github_token"] },
    { credentials: ["github_token:default", " github_token"] },
    false,
  ],
  ["nothing on either side", {}, {}, false],
  [
    "a key that the one lists and the other's model brings",
    { credentials: ["anthropic_key"] },
    { models: [model("anthropic")] },
    false,
  ],
  [
    "two models of one provider",
    { models: [model("anthropic")] },
    { models: [{ ...model("anthropic"), name: "opus" }] },
    false,
  ],
  ["another instance", { credentials: ["aws:dev"] }, { credentials: ["aws:prod"] }, true],
  [
    "other models beside the same list",
    { credentials: ["a"], models: [model("anthropic")] },
    { credentials: ["a"], models: [model("openai")] },
    true,
  ],
  [
    "other models and no list",
    { models: [model("anthropic")] },
    { models: [model("openai")] },
    true,
  ],
  ["nothing beside something", { credentials: ["a"] }, {}, true],
  ["something beside nothing", {}, { models: [model("openai")] }, true],
  [
    "what no job can have, which does not count",
    { credentials: ["a"] },
    { credentials: ["a", "a/b", "gcp_service_account"], models: [model("openai", "pi_auth")] },
    false,
  ],
])("%s: %#", (_sentence, own, other, differs) =>
  expect(differingNeighbours(shared(own, other)).length === 1).toBe(differs),
);

test("the warning names who differs, and the module's lines are those of all, with their models' keys", () =>
  expect(
    isolationWarnings(
      shared(
        { credentials: ["github_token"], models: [model("anthropic")] },
        { models: [model("openai")] },
        { credentials: ["anthropic_key", "github_token:default"] },
        {},
      ),
    ),
  ).toMatchInlineSnapshot(`
    [
      "dev runs as al-runner@demo-project.iam.gserviceaccount.com, as other0 and other2 do: each can read the other's credentials.
      To separate them, give each an account that may read only its own secrets. For the module in terraform/:
        agents = {
          dev = { credentials = ["github_token", "anthropic_key"] }
          other0 = { credentials = ["openai_key"] }
          other1 = { credentials = ["anthropic_key", "github_token"] }
          other2 = { credentials = [] }
        }
      al gcp init --runners per-agent --print-terraform prints the whole of it; without --print-terraform it writes
      the accounts into [cloud].",
    ]
  `));

test("there is none where nobody differs", () =>
  expect(isolationWarnings(shared({ credentials: ["a"] }, { credentials: ["a"] }))).toEqual([]));
