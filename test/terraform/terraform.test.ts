import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixturePath } from "./support/grants.ts";
import { moduleSha256, ownTests, readHcl } from "./support/hcl.ts";
import { setUpOf } from "./support/set-up.ts";
import {
  MODULE,
  type Plan,
  type PlannedResource,
  runTerraform,
  startTerraform,
  TERRAFORM,
  type Terraform,
  type Variables,
} from "./support/terraform.ts";
import { SET_UP_NAMES, VARIABLE_SETS } from "./support/variable-sets.ts";

const { PATH } = process.env;
const version = spawnSync(TERRAFORM, ["version"], { encoding: "utf8" });
const lacksTerraform = version.error !== undefined;
const [, major = 0, minor = 0] = (/v(\d+)\.(\d+)/.exec(version.stdout ?? "") ?? []).map(Number);
const hasMocks = major > 1 || minor >= 7;
const PROJECT: Variables = { project: "demo-project", region: "us-central1" };
const POOL =
  "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/a-pool";
const WORKFORCE = "iam.googleapis.com/locations/global/workforcePools/people";
const CONTROLLER = "al-controller@demo-project.iam.gserviceaccount.com";
const ME: Variables = { me: "user:you@example.com" };

describe.skipIf(lacksTerraform)("only where terraform is installed: terraform", () => {
  let known: Terraform;
  let unknown: Terraform;

  beforeAll(async () => {
    known = await startTerraform("known", PATH);
    unknown = await startTerraform("unknown", PATH);
    await Promise.all([known.init("."), unknown.init(".")]);
  });
  afterAll(() => {
    known?.close();
    unknown?.close();
  });

  test("finds every file in its canonical form", async () => {
    const { code, stdout } = await runTerraform(["fmt", "-check", "-diff", "-recursive", MODULE]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });

  test("finds the module valid", async () =>
    expect(await unknown.validate(".")).toMatchObject({ code: 0, stderr: "" }));

  test.skipIf(!hasMocks)(
    "passes the module's own tests (only with Terraform 1.7 or newer, which has mock_provider)",
    async () => {
      const { code, stdout, stderr } = await unknown.test();
      expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
      const written = ownTests().flatMap((file) => readHcl(file).match(/^run "/gm) ?? []);
      const runs = stdout.match(/^ {2}run ".*"\.\.\. pass$/gm) ?? [];
      expect(runs).toHaveLength(written.length);
      expect(stdout).toContain(`Success! ${runs.length} passed, 0 failed.`);
    },
    60_000,
  );

  test.each<[string, Variables]>([
    ["minimal", { ...ME, project: "demo-project" }],
    ["per-agent", { ...ME, project: "demo-project" }],
    ["github-actions", { project: "demo-project", github_repository: "acme/agents" }],
  ])("initialises, validates and plans examples/%s without a warning", async (name, variables) => {
    const directory = `examples/${name}`;
    expect(await unknown.init(directory)).toMatchObject({ code: 0, stderr: "" });
    expect(await unknown.validate(directory)).toMatchObject({ code: 0, stderr: "" });
    const { code, stdout, stderr } = await unknown.plan(directory, variables);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("Warning");
    expect(stdout).toMatch(/Plan: \d+ to add, 0 to change, 0 to destroy\./);
  });

  test.each(SET_UP_NAMES)("plans the set-up %s before anything of it is there", async (name) => {
    const { code, stderr } = await unknown.plan(".", VARIABLE_SETS[name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.each(SET_UP_NAMES)("plans the set-up %s as it is kept", async (name) => {
    const { plan, stderr } = await known.plan(".", VARIABLE_SETS[name]);
    if (plan === undefined) throw new Error(stderr);
    const kept = { moduleSha256: moduleSha256(), ...setUpOf(VARIABLE_SETS[name], plan) };
    await expect(`${JSON.stringify(kept, null, 2)}\n`).toMatchFileSnapshot(fixturePath(name));
  });

  test.each<[string, Variables, string]>([
    ["nothing to run as", {}, "No agent can run yet"],
    ["nobody to sign in", { shared_runner: "al-runner" }, "Nobody can act as the controller yet"],
  ])("warns when there is %s, and goes on", async (_sentence, variables, warning) => {
    const { code, stdout } = await unknown.plan(".", { ...PROJECT, ...variables });
    expect(code).toBe(0);
    expect(unwrapped(stdout)).toContain(warning);
  });

  const agent = (credentials: readonly string[], more: object = {}): Variables => ({
    agents: { dev: { credentials, ...more } },
  });
  const manyCredentials = Array.from({ length: 131 }, (_, index) => `github_token:n${index}`);

  test.each<[string, Variables, string]>([
    ["a project's number", { project: "123456789012" }, "project must be a project's id"],
    ["a project's name", { project: "My Project" }, "`gcloud projects list` shows it"],
    ["a zone", { region: "us-central1-a" }, "region must be a region such as"],
    ["a multi-region", { region: "us" }, "region must be a region such as"],
    ["an empty prefix", { secret_prefix: "" }, "secret_prefix may hold"],
    ["a prefix with the divider in it", { secret_prefix: "a--b" }, "secret_prefix may hold"],
    ["a prefix that ends in a dash", { secret_prefix: "al-" }, "secret_prefix may hold"],
    ["a prefix that is too long", { secret_prefix: "a".repeat(41) }, "at most 40"],
    [
      "an unknown profile",
      { controller_profile: "owner" },
      'must be "least_privilege" or "predefined"',
    ],
    [
      "a controller's address",
      { controller_account_id: "al@p.iam.gserviceaccount.com" },
      "controller_account_id must be",
    ],
    ["a short controller", { controller_account_id: "al" }, "controller_account_id must be"],
    [
      "a runner's address",
      { shared_runner: "r@p.iam.gserviceaccount.com" },
      "not an e-mail address",
    ],
    ["a repository with capitals", { repository_id: "Agents" }, "repository_id must be"],
    ["a bare repository name", { github_repository: "agents" }, 'written as "owner/name"'],
    [
      "an address of a repository",
      { github_repository: "https://github.com/acme/agents" },
      "without a host",
    ],
    [
      "a repository as git clones it",
      { github_repository: "Acme/x.git" },
      'without a host and without ".git"',
    ],
    ["a repository without a name", { github_repository: "acme/.." }, "must be one repository"],
    ["all repositories of an owner", { github_repository: "acme/*" }, "wildcards"],
    [
      "a condition smuggled into a repository",
      { github_repository: 'acme/x" || "1" == "1' },
      "must be one repository",
    ],
    [
      "a bare branch",
      { github_repository: "a/b", github_ref: "main" },
      "github_ref must be a whole ref",
    ],
    [
      "a condition smuggled into a ref",
      { github_repository: "a/b", github_ref: 'refs/heads/x" || "1" == "1' },
      "github_ref must be a whole ref",
    ],
    [
      "every branch, which no branch is called",
      { github_repository: "a/b", github_ref: "refs/heads/*" },
      'a wildcard such as "refs/heads/*" would match nothing',
    ],
    [
      "a ref that git would not take",
      { github_repository: "a/b", github_ref: "refs/heads/a..b" },
      "github_ref must be a whole ref",
    ],
    [
      "a ref without a repository",
      { github_ref: "refs/heads/main" },
      "github_ref narrows github_repository, which is not set",
    ],
    [
      "a controller that cannot name a pool",
      { github_repository: "a/b", controller_account_id: "gcp-controller" },
      "Choose another controller_account_id",
    ],
    [
      "everybody as the controller",
      { controller_impersonators: ["allUsers"] },
      "must name somebody",
    ],
    [
      "everybody with an account as the controller",
      { controller_impersonators: ["allAuthenticatedUsers"] },
      "must name somebody",
    ],
    [
      "a domain as the controller",
      { controller_impersonators: ["domain:example.com"] },
      "must name somebody",
    ],
    [
      "everybody whom Google knows as the controller",
      { controller_impersonators: ["principalSet://iam.googleapis.com/*"] },
      "a whole domain or a whole pool may not act",
    ],
    [
      "a whole pool as the controller",
      { controller_impersonators: [`principalSet://${POOL}/*`] },
      "a whole domain or a whole pool may not act",
    ],
    [
      "any value of an attribute as the controller",
      { controller_impersonators: [`principalSet://${POOL}/attribute.repository/*`] },
      "a whole domain or a whole pool may not act",
    ],
    [
      "a pool's subject without a name as the controller",
      { controller_impersonators: [`principal://${POOL}/subject/`] },
      "must name somebody",
    ],
    [
      "a bare address as the controller",
      { controller_impersonators: ["you@example.com"] },
      "must name somebody",
    ],
    [
      "the label that marks al's secrets",
      { labels: { "managed-by": "action-llama" } },
      "Choose another key",
    ],
    [
      "to delete images within a month",
      { delete_untagged_after_days: 29 },
      "a whole number of at least 30 days",
    ],
    ["half a day", { delete_untagged_after_days: 30.5 }, "a whole number of at least 30 days"],
    ["a label with capitals", { labels: { Team: "x" } }, "lower-case letters"],
    [
      "a place that is no region",
      { secret_locations: ["europe"] },
      "secret_locations must be a region",
    ],
    [
      "a place twice",
      { secret_locations: ["europe-west1", "europe-west1"] },
      "names a region twice",
    ],
    [
      "an agent without credentials",
      { agents: { a: { credentials: null } } },
      "Each agent needs credentials",
    ],
    ["an agent that is nothing", { agents: { a: null } }, "Each agent needs credentials"],
    [
      "a credential that is nothing",
      { agents: { a: { credentials: [null] } } },
      "Each agent needs credentials",
    ],
    [
      "an agent without a name",
      { agents: { "": { credentials: [] } } },
      "An agent is named like its directory",
    ],
    [
      "an agent with a path for a name",
      { agents: { "a/b": { credentials: [] } } },
      "An agent is named like its directory",
    ],
    [
      "an agent whose account is an address",
      agent([], { account_id: "a@b.iam.gserviceaccount.com" }),
      "The account_id of an agent must be",
    ],
    ["an empty credential", agent([""]), "A credential is written as its type"],
    [
      "a credential without an instance",
      agent(["git_ssh:"]),
      "A credential is written as its type",
    ],
    [
      "a credential that leads out of its directory",
      agent(["git_ssh:.."]),
      "A credential is written as its type",
    ],
    ["a credential with a slash", agent(["git_ssh/botty"]), "A credential is written as its type"],
    [
      "a credential with a backslash",
      agent(["git_ssh:a\\b"]),
      "A credential is written as its type",
    ],
    [
      "a credential with a line break",
      agent(["git_ssh:a\nb"]),
      "A credential is written as its type",
    ],
    [
      "an instance with a colon",
      agent(["git_ssh:a:b"]),
      "Cloud Run cannot mount a path with a colon",
    ],
    ["a blank before a type", agent([" git_ssh"]), "Write it without"],
    ["a blank after the colon", agent(["git_ssh: botty"]), "Write it without"],
    ["a blank that does not look like one", agent(["git_ssh:botty\u00a0"]), "Write it without"],
    ["more credentials than IAM can name", agent(manyCredentials), "at most 130 credentials"],
    [
      "one runner for all and one for an agent",
      { ...agent([], { account_id: "al-run-own" }), shared_runner: "al-runner" },
      "remove account_id from: dev",
    ],
    [
      "two agents with one account",
      {
        agents: {
          a: { credentials: [], account_id: "al-same" },
          b: { credentials: [], account_id: "al-same" },
        },
      },
      "Two accounts would have the same id",
    ],
    [
      "an agent that is the controller",
      agent([], { account_id: "al-controller" }),
      "other than the controller's",
    ],
    [
      "a shared runner that is the controller",
      { shared_runner: "al-controller" },
      "Two accounts would have the same id",
    ],
  ])("refuses %s in a sentence", async (_sentence, variables, expected) => {
    const { code, stderr, plan } = await unknown.plan(".", { ...PROJECT, ...variables });
    expect({ code, plan }).toEqual({ code: 1, plan: undefined });
    const said = unwrapped(stderr);
    expect(said).toContain(expected);
    // Terraform's own words, for what a rule did not foresee.
    expect(said).not.toMatch(/Iteration over null|Attempt to get attribute|Invalid function/);
  });

  test.each<[string, member: string, isCounted: boolean]>([
    ["a person", "user:you@example.com", true],
    ["a group", "group:agents@example.com", true],
    ["a person of a workforce", `principal://${WORKFORCE}/subject/you@example.com`, true],
    ["a group of a workforce", `principalSet://${WORKFORCE}/group/agents`, true],
    ["an account", "serviceAccount:ci@demo-project.iam.gserviceaccount.com", false],
    ["a workload", `principal://${POOL}/subject/a-workload`, false],
    ["workloads", `principalSet://${POOL}/attribute.repository/acme/agents`, false],
  ])(
    "lets %s act as the controller, and be counted on the project where Google does count it",
    async (_sentence, member, isCounted) => {
      const given = { ...PROJECT, controller_impersonators: [member, member] };
      const { plan, stderr } = await known.plan(".", given);
      if (plan === undefined) throw new Error(stderr);
      const granted = setUpOf({}, plan).grants.filter((grant) => grant.member === member);
      expect(granted.map(({ resource, role }) => [resource, role])).toEqual([
        ...(isCounted ? [["project", "roles/serviceusage.serviceUsageConsumer"]] : []),
        [`serviceAccounts/${CONTROLLER}`, "roles/iam.serviceAccountTokenCreator"],
      ]);
    },
  );

  test.each<[string, Variables]>([
    ["a pool's subject", { controller_impersonators: [`principal://${POOL}/subject/a:b/c`] }],
    [
      "a branch with a slash and dots in it",
      { github_repository: "Acme/x.github.io", github_ref: "refs/heads/feature/v1.2_#3" },
    ],
  ])("takes %s", async (_sentence, variables) => {
    const { code, stderr } = await unknown.plan(".", { ...PROJECT, ...variables });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  const KEEP = { keep_count: 20, package_name_prefixes: null };
  test.each<[string, Variables, object]>([
    ["untagged ones after half a year", {}, { "delete-untagged": "15552000s" }],
    [
      "untagged ones after as many days as asked",
      { delete_untagged_after_days: 30 },
      { "delete-untagged": "2592000s" },
    ],
    ["none", { delete_untagged_after_days: null }, {}],
  ])("deletes of images, beyond the 20 newest: %s", async (_sentence, variables, expected) => {
    const { plan, stderr } = await known.plan(".", { ...PROJECT, ...variables });
    if (plan === undefined) throw new Error(stderr);
    const { cleanup_policies } = resourceNamed(plan, "google_artifact_registry_repository.agents");
    const policies = cleanup_policies as readonly CleanupPolicy[];
    expect(policies.filter(({ action }) => action === "KEEP")).toMatchObject([
      { id: "keep-newest", condition: [], most_recent_versions: [KEEP] },
    ]);
    const deleting = policies.filter(({ action }) => action === "DELETE");
    expect(deleting.map(({ condition: [each] }) => each?.tag_state)).toEqual(
      deleting.map(() => "UNTAGGED"),
    );
    expect(
      Object.fromEntries(deleting.map(({ id, condition: [each] }) => [id, each?.older_than])),
    ).toEqual(expected);
  });

  test("takes as many credentials as IAM can name", async () => {
    const { plan, stderr } = await known.plan(".", {
      ...PROJECT,
      ...agent(manyCredentials.slice(1)),
    });
    if (plan === undefined) throw new Error(stderr);
    const { grants } = setUpOf({}, plan);
    const conditions = grants.filter(({ role }) => role === "roles/secretmanager.secretAccessor");
    expect(conditions.map(({ condition }) => condition?.expression.split(" || ").length)).toEqual(
      Array(10).fill(13),
    );
  });
});

type CleanupPolicy = {
  readonly id: string;
  readonly action: string;
  readonly condition: readonly { readonly tag_state: string; readonly older_than: string }[];
};

const resourceNamed = ({ planned_values }: Plan, address: string): PlannedResource["values"] =>
  planned_values.root_module.resources?.find((resource) => resource.address === address)?.values ??
  {};

/** Terraform breaks its sentences at the terminal's width and frames them. */
const unwrapped = (text: string): string => text.replace(/[│╷╵]/g, " ").replace(/\s+/g, " ");
