import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { cloudSchema } from "../../src/config/schema.ts";
import { parseRef } from "../../src/credentials/ref.ts";
import {
  credentialIdBeginning,
  directorySecretId,
  fieldSecretId,
} from "../../src/mapping/secret-names.ts";
import { Identities } from "../emulator/core/iam/identities.ts";
import { Policies } from "../emulator/core/iam/policies.ts";
import { PROJECT_NUMBER } from "./support/google-values.ts";
import { grantsOf, readSetUp, seedOf } from "./support/grants.ts";
import { literalLists, moduleSha256 } from "./support/hcl.ts";
import { ODD_REFS, SET_UP_NAMES, type SetUpName, VARIABLE_SETS } from "./support/variable-sets.ts";

const lists = await literalLists("permissions.tf");

const CONTROLLER = "al-controller@demo-project.iam.gserviceaccount.com";
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";

describe.each(SET_UP_NAMES)("the kept plan %s", (name) => {
  const setUp = readSetUp(name);

  test("was made from the module as it is; `npx vitest run test/terraform/terraform.test.ts -u` makes it anew (needs terraform)", () =>
    expect(setUp.moduleSha256).toBe(moduleSha256()));

  test("was made from its variables", () => expect(setUp.variables).toEqual(VARIABLE_SETS[name]));

  test("has the permission lists of permissions.tf as its roles", () => {
    const prefix = "secret_prefix" in VARIABLE_SETS[name] ? "Team_A" : "al";
    const expected = Object.entries(lists)
      .filter(([list]) => list.startsWith("permissions.") && name !== "predefined")
      .map(([list, permissions]) => [
        `projects/demo-project/roles/${prefix}_${list.slice("permissions.".length)}`,
        permissions,
      ]);
    expect(setUp.roles).toEqual(Object.fromEntries(expected));
  });

  test("grants to accounts of its own, to people who were named, and to the named repository", () => {
    const own = Object.values(setUp.serviceAccounts).map((email) => `serviceAccount:${email}`);
    const named = setUp.grants
      .map(({ member }) => member)
      .filter((member) => !own.includes(member))
      .map((member) => member.split("/").at(-1));
    const strangers = { key: [], github: ["agents"] };
    expect([...new Set(named)]).toEqual(
      name === "key" || name === "github" ? strangers[name] : ["user:you@example.com"],
    );
  });

  test("keeps IAM's limits: 12 operators a condition, and few bindings of one role and member", () => {
    const conditions = setUp.grants.flatMap(({ condition }) => condition?.expression ?? []);
    const operators = conditions.map((each) => (each.match(/&&|\|\||!/g) ?? []).length);
    expect(Math.max(...operators, 0)).toBeLessThanOrEqual(12);
    const granted = setUp.grants.map(({ role, member }) => `${role} ${member}`);
    const counts = granted.map((each) => granted.filter((other) => other === each).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });

  test("prints a [cloud] table that al understands", () => {
    const { cloud } = parseToml(String(setUp.outputs.environment_toml));
    const { success, error } = cloudSchema.safeParse(cloud);
    expect({ success, error }).toEqual({ success: true, error: undefined });
  });
});

describe("least privilege for one shared runner", () => {
  const { grants, serviceAccounts } = readSetUp("shared");
  const role = (key: string) => ({
    role: `projects/demo-project/roles/al_${key}`,
    permissions: lists[`permissions.${key}`],
  });
  const controller = { member: `serviceAccount:${CONTROLLER}` };
  const prefix = `resource.name.startsWith("projects/${PROJECT_NUMBER}/secrets/al--")`;

  test("makes two accounts", () =>
    expect(serviceAccounts).toEqual({ controller: CONTROLLER, "runner/shared": RUNNER }));

  test("grants this and nothing else", () =>
    expect(sorted(grants)).toEqual(
      sorted([
        { resource: "project", ...controller, ...role("run") },
        { resource: "project", ...controller, ...role("secrets_in_project") },
        { resource: "project", ...controller, ...role("logs") },
        { resource: "project", ...controller, ...role("doctor") },
        {
          ...{ resource: "project", ...controller, ...role("secrets_of_prefix") },
          condition: {
            title: "al-secrets-of-prefix",
            description: "Secrets whose id begins with al--",
            expression: prefix,
          },
        },
        { resource: `serviceAccounts/${RUNNER}`, ...controller, ...role("act_as") },
        {
          resource: `serviceAccounts/${CONTROLLER}`,
          member: "user:you@example.com",
          role: "roles/iam.serviceAccountTokenCreator",
        },
        {
          ...{ resource: "project", member: "user:you@example.com" },
          role: "roles/serviceusage.serviceUsageConsumer",
        },
        {
          ...{ resource: "repositories/al-agents", ...controller },
          role: "roles/artifactregistry.reader",
        },
        {
          ...{ resource: "repositories/al-agents", ...controller },
          role: "roles/artifactregistry.writer",
        },
        {
          ...{ resource: "project", member: `serviceAccount:${RUNNER}` },
          role: "roles/secretmanager.secretAccessor",
          condition: {
            title: "al-secrets-1",
            description: "Credentials of al-runner",
            expression: prefix,
          },
        },
      ]),
    ));
});

test("predefined roles: Google's admin roles on the project, and serviceAccountUser on the runner alone", () => {
  const controller = "serviceAccount:al-broad-controller@demo-project.iam.gserviceaccount.com";
  const given = grantsOf("predefined")
    .filter(({ member }) => member === controller)
    .map(({ resource, role }) => [resource, role]);
  expect(given.sort()).toEqual([
    ...(lists.predefined_roles ?? []).map((role) => ["project", role]),
    [`serviceAccounts/${RUNNER}`, "roles/iam.serviceAccountUser"],
  ]);
});

test("GitHub: workflows of one repository and one branch may be the controller", () => {
  const pool = `projects/${PROJECT_NUMBER}/locations/global/workloadIdentityPools/al-controller`;
  const { grants, outputs, services } = readSetUp("github");
  expect(grants.filter(({ member }) => member.startsWith("principal"))).toEqual([
    {
      resource: `serviceAccounts/${CONTROLLER}`,
      member: `principalSet://iam.googleapis.com/${pool}/attribute.repository/acme/agents`,
      role: "roles/iam.workloadIdentityUser",
    },
  ]);
  expect(outputs.workload_identity_provider).toBe(`${pool}/providers/github`);
  expect(services).toContain("sts.googleapis.com");
});

describe("the probe secret", () => {
  test.each<[string, SetUpName, object]>([
    [
      "is labelled as a probe",
      "shared",
      { id: "al--_probe", labels: { "al-probe": "true" }, locations: [] },
    ],
    [
      "has the labels and places of the others",
      "per-agent",
      {
        id: "al--_probe",
        labels: { "al-probe": "true", team: "agents" },
        locations: ["europe-west1", "europe-west4"],
      },
    ],
    [
      "begins with the prefix",
      "key",
      { id: "Team-A--_probe", labels: { "al-probe": "true" }, locations: [] },
    ],
  ])("%s", (_sentence, name, expected) => expect(readSetUp(name).probeSecret).toEqual(expected));
});

describe("names of secrets are those that al writes", () => {
  const conditions = grantsOf("odd-names").flatMap(({ condition }) =>
    condition?.title.match(/^al-secrets-\d+$/) ? [condition] : [],
  );
  const granted = conditions.flatMap(({ expression }) =>
    expression
      .split(" || ")
      .map(
        (test) => /^resource\.name\.startsWith\("projects\/\d+\/secrets\/(.*)"\)$/.exec(test)?.[1],
      ),
  );

  test.each(ODD_REFS)("%s", (ref) =>
    expect(granted).toContain(credentialIdBeginning("al", parseRef(ref))),
  );

  test("and no others, split over bindings of 13", () => {
    expect(granted).toHaveLength(ODD_REFS.length);
    expect(conditions.map(({ title }) => title)).toEqual([
      "al-secrets-1",
      "al-secrets-2",
      "al-secrets-3",
    ]);
  });
});

describe("an agent's account", () => {
  const { serviceAccounts } = readSetUp("per-agent");

  test("has the agent's name where that is a legal id, or the id that was given", () =>
    expect(serviceAccounts).toEqual({
      controller: "al-sole-controller@demo-project.iam.gserviceaccount.com",
      "runner/dev": "al-run-dev@demo-project.iam.gserviceaccount.com",
      "runner/it": "al-run-it@demo-project.iam.gserviceaccount.com",
      "runner/idle": "al-run-idle@demo-project.iam.gserviceaccount.com",
      "runner/Odd name!": expect.stringMatching(
        /^al-run-odd-name-[0-9a-f]{8}@demo-project\.iam\.gserviceaccount\.com$/,
      ),
      "runner/named": "my-own-id@demo-project.iam.gserviceaccount.com",
    }));

  const policies = policiesOf("per-agent");
  const token = fieldSecretId("al", { type: "github_token", instance: "default", field: "token" });
  const readOnly = fieldSecretId("al", { ...parseRef("github_token:read-only"), field: "token" });
  const key = (instance: string) => directorySecretId("al", { type: "git_ssh", instance });

  test.each<[string, string, string, boolean]>([
    ["dev reads its token", "runner/dev", token, true],
    ["dev reads its key's files", "runner/dev", key("bot"), true],
    ["dev does not read a key whose name its own begins", "runner/dev", key("botty"), false],
    ["it reads that one", "runner/it", key("botty"), true],
    ["it does not read the other's", "runner/it", key("bot"), false],
    ["dev does not read another instance", "runner/dev", readOnly, false],
    ["an agent without credentials reads nothing", "runner/idle", token, false],
    ["an agent with an odd name reads its own", "runner/Odd name!", readOnly, true],
    ["the controller reads all of the prefix", "controller", readOnly, true],
    ["the controller reads no secret of others", "controller", "database-password", false],
    ["a prefix that only begins the same is another's", "controller", "al-other--token", false],
  ])("%s", (_sentence, account, secret, expected) =>
    expect(
      policies.isAllowed({
        email: serviceAccounts[account] ?? "",
        permission: "secretmanager.versions.access",
        resource: `projects/${PROJECT_NUMBER}/secrets/${secret}/versions/1`,
      }),
    ).toBe(expected),
  );

  test.each<[string, string, string, boolean]>([
    [
      "the controller acts as dev",
      "iam.serviceAccounts.actAs",
      "serviceAccounts/al-run-dev@demo-project.iam.gserviceaccount.com",
      true,
    ],
    [
      "not as the default compute account",
      "iam.serviceAccounts.actAs",
      `serviceAccounts/${PROJECT_NUMBER}-compute@developer.gserviceaccount.com`,
      false,
    ],
    [
      "the controller pushes an image",
      "artifactregistry.repositories.uploadArtifacts",
      "locations/us-central1/repositories/al-agents",
      true,
    ],
    [
      "not into another repository",
      "artifactregistry.repositories.uploadArtifacts",
      "locations/us-central1/repositories/other",
      false,
    ],
    ["the controller creates secrets", "secretmanager.secrets.create", "", true],
    [
      "it gives nobody rights on them",
      "secretmanager.secrets.setIamPolicy",
      "secrets/al--x--y--z",
      false,
    ],
    ["it enables no API", "serviceusage.services.enable", "", false],
  ])("%s", (_sentence, permission, resource, expected) =>
    expect(
      policies.isAllowed({
        ...{ email: serviceAccounts.controller ?? "", permission },
        resource: [`projects/${PROJECT_NUMBER}`, resource].filter(Boolean).join("/"),
      }),
    ).toBe(expected),
  );
});

describe("the [cloud] table", () => {
  const SHARED = {
    ...{ provider: "cloud-run", project: "demo-project", region: "us-central1" },
    artifact_registry: "us-central1-docker.pkg.dev/demo-project/al-agents",
    secret_prefix: "al",
    ...{ auth: "impersonate", impersonate: CONTROLLER },
    service_account: RUNNER,
  };
  const { service_account: _none, ...PER_AGENT } = SHARED;
  test.each<[string, SetUpName, object]>([
    ["names the shared runner, and whom to act as", "shared", SHARED],
    [
      "names the runner of each agent, and where secrets are kept",
      "per-agent",
      {
        ...PER_AGENT,
        impersonate: "al-sole-controller@demo-project.iam.gserviceaccount.com",
        secret_locations: ["europe-west1", "europe-west4"],
        service_accounts: {
          dev: "al-run-dev@demo-project.iam.gserviceaccount.com",
          it: "al-run-it@demo-project.iam.gserviceaccount.com",
          idle: "al-run-idle@demo-project.iam.gserviceaccount.com",
          "Odd name!": expect.stringContaining("al-run-odd-name-"),
          named: "my-own-id@demo-project.iam.gserviceaccount.com",
        },
      },
    ],
    [
      "signs in with the key where one was made",
      "key",
      {
        ...{ provider: "cloud-run", project: "demo-project", region: "us-central1" },
        artifact_registry: "us-central1-docker.pkg.dev/demo-project/images",
        ...{ secret_prefix: "Team-A", auth: "key", service_account: RUNNER },
      },
    ],
  ])("%s", (_sentence, name, expected) =>
    expect(parseToml(String(readSetUp(name).outputs.environment_toml)).cloud).toEqual(expected),
  );
});

function policiesOf(name: SetUpName): Policies {
  const identities = new Identities();
  identities.addProject({ id: "demo-project", number: PROJECT_NUMBER });
  const policies = new Policies(identities);
  const seed = seedOf(readSetUp(name));
  for (const [role, permissions] of Object.entries(seed.roles)) policies.addRole(role, permissions);
  for (const { resource, bindings } of seed.policies) policies.addBindings(resource, bindings);
  return policies;
}

const sorted = (grants: readonly object[]): readonly object[] =>
  [...grants].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
