import { describe, expect, test } from "vitest";
import { readinessOf } from "../../src/mapping/readiness.ts";
import {
  known,
  type ProjectFacts,
  type ReadinessFacts,
  type ReadinessPlace,
  unknown,
} from "../../src/mapping/readiness-facts.ts";
import { REQUIRED_PERMISSIONS } from "../../src/mapping/required-permissions.ts";

const RUNNER = "run@demo-project.iam.gserviceaccount.com";
const IMAGE = "us-central1-docker.pkg.dev/demo-project/agents/dev";
const REPOSITORY = "projects/demo-project/locations/us-central1/repositories/agents";

const PLACE: ReadinessPlace = {
  project: "demo-project",
  region: "us-central1",
  principal: "ctl@demo-project.iam.gserviceaccount.com",
  secretPrefix: "al",
  ...{ auth: "key", credential: "gcp_service_account", sharedAccount: RUNNER, alFlags: "" },
  everyAgent: [{ name: "dev", account: RUNNER, credentials: ["github_token"] }],
  repository: REPOSITORY,
  agents: [
    {
      ...{ name: "dev", account: RUNNER, image: IMAGE, credentials: ["github_token"] },
      ...{ secretIds: ["al--github_token--default--token"], neighbours: [] },
    },
  ],
};

const ALL = new Set(REQUIRED_PERMISSIONS.map(({ permission }) => permission));
const HOSTS = ["run", "secretmanager", "logging", "iam", "artifactregistry", "iamcredentials"];

/** The caller is owner of everything, and the runner may read every secret. */
const FACTS: ProjectFacts = {
  project: known({ id: "demo-project", number: "42", isAlone: true }),
  held: known(ALL),
  services: known(new Map(HOSTS.map((name) => [`${name}.googleapis.com`, true]))),
  seen: new Map(),
  regions: known(["us-central1"]),
  accounts: new Map([[RUNNER, { state: known("enabled" as const), held: known(ALL) }]]),
  probe: { kind: "absent" },
  repositories: new Map([[REPOSITORY, { exists: known(true), held: known(ALL) }]]),
  policy: known({
    bindings: [
      {
        ...{ role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${RUNNER}`] },
        condition: undefined,
      },
    ],
  }),
  secretPolicies: new Map(),
  images: new Map([[IMAGE, known(true)]]),
};

/** What is not simply in order: state, id and reason. */
function findings(facts: Partial<ProjectFacts>, place: Partial<ReadinessPlace>): string[] {
  const all: ReadinessFacts = { skewMs: 0, access: { kind: "open", ...FACTS, ...facts } };
  return readinessOf({ ...PLACE, ...place }, all)
    .filter(({ state, why }) => state !== "ok" || why !== undefined)
    .map(({ state, id, why }) => `${state} ${id}: ${why}`);
}

describe("a project", () => {
  const NOBODY = known({ bindings: [] });
  const DENIED = unknown("denied");
  test.each<[string, Partial<ProjectFacts>, Partial<ReadinessPlace>, readonly string[]]>([
    ["that an owner looks at is ready, even without a probe secret", {}, {}, []],
    [
      "in which the caller's account is another project's says so",
      {},
      { principal: "ctl@other-project.iam.gserviceaccount.com" },
      [
        "ok sign-in: it belongs to the project other-project, not to demo-project: allowed, if that is meant",
      ],
    ],
    ["that a person signs in to is as good", {}, { principal: "you@example.com" }, []],
    [
      "whose number nobody knows is known by its id, but conditions on names cannot be judged",
      { project: DENIED },
      {},
      ["ok project: its number is not known: denied", "unknown secrets:dev: denied"],
    ],
    [
      "in a region that is newer than al's list, which al may not ask about",
      { regions: DENIED },
      { region: "europe-north9" },
      ["unknown region: al does not know it, and could not ask Google: denied"],
    ],
    [
      "in a region that al knows, which al may not ask about",
      { regions: DENIED },
      {},
      ["unknown region: al knows it, and could not ask Google: denied"],
    ],
    [
      "without Artifact Registry needs none",
      { repositories: new Map(), services: known(new Map()), images: new Map() },
      {
        repository: undefined,
        agents: PLACE.agents.map((agent) => ({ ...agent, image: "alpine" })),
      },
      [
        ...["run", "secretmanager", "logging", "iam"].map(
          (name) => `unknown api:${name}.googleapis.com: Google did not say`,
        ),
        "unknown image:dev: al looks only at images in Artifact Registry",
      ],
    ],
    [
      "whose caller impersonates needs one API more",
      {
        services: known(
          new Map(HOSTS.map((name) => [`${name}.googleapis.com`, name !== "iamcredentials"])),
        ),
      },
      { auth: "impersonate" },
      ["missing api:iamcredentials.googleapis.com: it is off"],
    ],
    [
      "without Resource Manager still runs agents, but what is held on it cannot be seen",
      {
        held: unknown("off"),
        seen: new Map([["cloudresourcemanager.googleapis.com", false]]),
        probe: { kind: "there", held: ALL },
      },
      {},
      [
        "missing api:cloudresourcemanager.googleapis.com: it is off; runs do without it, al doctor does not",
        ...REQUIRED_PERMISSIONS.filter(({ on }) => on === "project").map(
          ({ permission }) => `unknown permission:${permission}: off`,
        ),
      ],
    ],
    [
      "whose secrets have policies of their own",
      {
        policy: NOBODY,
        secretPolicies: new Map([["al--github_token--default--token", FACTS.policy]]),
      },
      {},
      [],
    ],
    [
      "whose policies were read and give nobody anything",
      {
        policy: NOBODY,
        secretPolicies: new Map([["al--github_token--default--token", NOBODY]]),
      },
      {},
      [
        "missing secrets:dev: no policy of the project or of the secret lets it read al--github_token--default--token",
      ],
    ],
    [
      "that lies in a folder, which may give what its own policies do not",
      {
        project: known({ id: "demo-project", number: "42", isAlone: false }),
        policy: NOBODY,
        secretPolicies: new Map([["al--github_token--default--token", NOBODY]]),
      },
      {},
      [
        "unknown secrets:dev: no policy of the project or of the secret lets it; one of the folder or organisation above may",
      ],
    ],
    [
      "of whose policies one was read never lacks what the other may give",
      {
        policy: NOBODY,
        secretPolicies: new Map([["al--github_token--default--token", DENIED]]),
      },
      {},
      ["unknown secrets:dev: denied"],
    ],
    [
      "whose policy names a group",
      {
        policy: known({
          bindings: [
            {
              ...{ role: "roles/secretmanager.secretAccessor", members: ["group:a@b.c"] },
              condition: undefined,
            },
          ],
        }),
        secretPolicies: new Map([["al--github_token--default--token", NOBODY]]),
      },
      {},
      ["unknown secrets:dev: a policy names groups, roles or conditions that al cannot judge"],
    ],
    [
      "whose agent's credentials are not stored has no secrets to look at",
      { policy: DENIED },
      { agents: PLACE.agents.map((agent) => ({ ...agent, secretIds: [] })) },
      [],
    ],
  ])("%s", (_sentence, facts, place, expected) => expect(findings(facts, place)).toEqual(expected));
});

describe("the clock", () => {
  test.each<[number | undefined, readonly string[]]>([
    [60_000, []],
    [-60_000, []],
    [61_000, ["ok clock: about 61 seconds ahead of Google's"]],
    [-240_000, ["ok clock: about 4 minutes behind Google's"]],
    [
      300_000,
      ["missing clock: about 5 minutes ahead of Google's, too far for the tokens that it signs"],
    ],
    [undefined, ["unknown clock: Google's answers told no time"]],
  ])("%s ms ahead", (skewMs, expected) =>
    expect(
      readinessOf(PLACE, { skewMs, access: { kind: "open", ...FACTS } })
        .filter(({ id }) => id === "clock")
        .filter(({ state, why }) => state !== "ok" || why !== undefined)
        .map(({ state, id, why }) => `${state} ${id}: ${why}`),
    ).toEqual(expected),
  );
});

describe("who is not let in hears of nothing else", () => {
  test.each<[string, ReadinessFacts, readonly string[]]>([
    [
      "a key that Google refuses",
      { skewMs: 0, access: { kind: "refused", why: "no" } },
      ["missing sign-in", "ok clock"],
    ],
    [
      "a clock that makes Google refuse every key",
      { skewMs: 900_000, access: { kind: "refused", why: "no" } },
      ["unknown sign-in", "missing clock"],
    ],
    [
      "an account of another project",
      { skewMs: 0, access: { kind: "stranger" } },
      ["missing sign-in", "ok clock"],
    ],
    [
      "who cannot act as another account while the API for that is off",
      {
        skewMs: 0,
        access: { kind: "refused", why: "no", offApi: "iamcredentials.googleapis.com" },
      },
      ["unknown sign-in", "missing api:iamcredentials.googleapis.com", "ok clock"],
    ],
    [
      "a project that is not there",
      { skewMs: 0, access: { kind: "invisible", why: "no" } },
      ["ok sign-in", "ok clock", "missing project"],
    ],
  ])("%s", (_sentence, facts, expected) =>
    expect(readinessOf(PLACE, facts).map(({ state, id }) => `${state} ${id}`)).toEqual(expected),
  );
});

test("a sign-in that says itself what mends it is believed", () =>
  expect(
    readinessOf(PLACE, {
      skewMs: 0,
      access: {
        ...{ kind: "refused", why: "run out" },
        remedy: { gcloud: "gcloud auth application-default login" },
      },
    })[0],
  ).toEqual({
    id: "sign-in",
    subject: "sign-in as ctl@demo-project.iam.gserviceaccount.com",
    state: "missing",
    why: "Google refused it: run out",
    remedy: { gcloud: "gcloud auth application-default login" },
  }));

test("agents that share an account are told how Terraform names it", () => {
  const agents = ["dev", "my.agent"].map((name) => ({
    ...{ name, account: RUNNER, image: "alpine", credentials: [`${name}_key`] },
    ...{ secretIds: [], neighbours: [] },
  }));
  const [first] = agents;
  const accounts = new Map([[RUNNER, { state: known("absent" as const), held: known(ALL) }]]);
  const checks = readinessOf(
    // Only one of them is looked at.
    { ...PLACE, agents: first === undefined ? [] : [first], everyAgent: agents },
    { skewMs: 0, access: { kind: "open", ...FACTS, accounts } },
  );
  expect(checks.find(({ id }) => id === `account:${RUNNER}`)?.remedy).toEqual({
    gcloud: "gcloud iam service-accounts create run --project=demo-project",
    terraform:
      'shared_runner = "run"; agents = { dev = { credentials = ["dev_key"] }, "my.agent" = { credentials = ["my.agent_key"] } }; terraform apply  # google_service_account.runner["shared"]',
  });
});
