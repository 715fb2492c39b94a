import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { REQUIRED_PERMISSIONS } from "../../src/mapping/required-permissions.ts";
import {
  blocksOf,
  exampleFiles,
  type Hcl,
  literalLists,
  moduleFiles,
  ownTests,
  parseHcl,
  readHcl,
} from "./support/hcl.ts";
import { MODULE } from "./support/terraform.ts";

const module = moduleFiles();
const examples = exampleFiles();
const everything = [...module, ...examples];

const resources = await blocksOf("resource", module);
const ofType = (type: string) => resources.filter(({ labels }) => labels[0] === type);
const variables = await blocksOf("variable", module);
const outputs = await blocksOf("output", everything);
const moduleOutputs = await blocksOf("output", module);
const everyGrant = resources
  .map(({ labels }) => labels.join("."))
  .filter((name) => /_iam_member\./.test(name))
  .map(hcl)
  .sort();
/** Without these, al signs in and is refused. */
const OF_CONTROLLER = everyGrant.filter((grant) =>
  /\.controller(_secrets|_acts_as_runner)?\}$/.test(grant),
);
const lists = await literalLists("permissions.tf");
const permissionLists = Object.entries(lists).filter(([name]) => name.startsWith("permissions."));

test("there is something to look at", () => {
  expect(module).toEqual(expect.arrayContaining(["controller.tf", "permissions.tf", "runners.tf"]));
  expect(examples).toHaveLength(3);
  expect(ownTests()).toHaveLength(4);
  expect(permissionLists).toHaveLength(6);
});

test.each([...everything, ...ownTests()])("%s is HCL", async (file) => {
  expect(Object.keys(await parseHcl(file))).not.toEqual([]);
});

describe("nothing replaces what others have set up", () => {
  test("grants are added one by one, never a whole policy or all members of a role", () => {
    const types = resources.map(({ labels: [type] }) => type);
    expect(types.filter((type) => /_iam_(policy|binding|audit_config)$/.test(type ?? ""))).toEqual(
      [],
    );
    expect(types.filter((type) => /_iam_member$/.test(type ?? ""))).not.toEqual([]);
  });

  test("an API stays on when the set-up goes", () =>
    expect(ofType("google_project_service").map(({ body }) => body.disable_on_destroy)).toEqual([
      false,
    ]));

  test("a changed grant counts before the old one is gone", () => {
    const [runner] = ofType("google_project_iam_member").filter(
      ({ labels }) => labels[1] === "runner",
    );
    expect(runner?.body.lifecycle).toEqual([{ create_before_destroy: true }]);
  });

  test("images are deleted only untagged, old, and if many are newer", () => {
    const [repository] = ofType("google_artifact_registry_repository");
    expect(repository?.body.cleanup_policies).toEqual([
      {
        ...{ id: "keep-newest", action: "KEEP" },
        most_recent_versions: [{ keep_count: hcl("local.kept_versions") }],
      },
    ]);
    const deletion = {
      ...{ id: hcl("cleanup_policies.key"), action: "DELETE" },
      condition: [{ tag_state: "UNTAGGED", older_than: hcl("cleanup_policies.value") }],
    };
    expect(repository?.body.dynamic).toEqual({
      cleanup_policies: [{ for_each: hcl("local.deletions"), content: [deletion] }],
    });
  });
});

describe("nobody gets more than is needed", () => {
  test.each(everything)("%s lets in neither everybody nor a random name", (file) =>
    // The words may stand in a sentence that refuses them; a grant would have them as a value.
    expect(readHcl(file)).not.toMatch(/"(allUsers|allAuthenticatedUsers)"|\brandom_/),
  );

  test.each(permissionLists)("%s changes no policy and has no wildcard", (_name, permissions) =>
    expect(
      permissions.filter((each) => /setIamPolicy|\*|getAccessToken|signBlob/.test(each)),
    ).toEqual([]),
  );

  test.each(permissionLists)("%s is in order, each once", (_name, permissions) =>
    expect(permissions).toEqual([...new Set(permissions)].sort()),
  );

  test("the lists are what al asks for, where it asks for it", () => {
    const needed = (on: string) =>
      REQUIRED_PERMISSIONS.filter((each) => each.on === on).map(({ permission }) => permission);
    const {
      "permissions.run": run = [],
      "permissions.logs": logs = [],
      "permissions.secrets_in_project": secretsInProject = [],
      "permissions.secrets_of_prefix": secretsOfPrefix = [],
      "permissions.act_as": actAs = [],
    } = lists;
    const inProject = [...run, ...logs, ...secretsInProject];
    expect(inProject.sort()).toEqual(needed("project").sort());
    expect(secretsOfPrefix).toEqual(needed("secrets").sort());
    // doctor also asks whether the account is there.
    expect(actAs).toEqual([...needed("account"), "iam.serviceAccounts.get"]);
  });

  test("what doctor looks at is only read", () =>
    expect(lists["permissions.doctor"]).toEqual([
      "resourcemanager.projects.get",
      "run.locations.list",
      "serviceusage.services.get",
    ]));

  test("on the project without a condition stand only the lists that cannot have one", async () => {
    const unconditioned = (await literalLists("controller.tf")).unconditioned_roles;
    expect(unconditioned).toEqual(["run", "secrets_in_project", "logs", "doctor"]);
  });

  test("who acts as the controller gets no more of the project than being counted on it", () => {
    const [grant] = ofType("google_project_iam_member").filter(
      ({ labels }) => labels[1] === "controller_impersonator",
    );
    expect(grant?.body).toMatchObject({
      for_each: hcl("local.billed_impersonators"),
      role: "roles/serviceusage.serviceUsageConsumer",
    });
  });

  test("every grant on secrets has a condition on their names", () => {
    const conditions = ofType("google_project_iam_member")
      .filter(
        ({ labels }) => !["controller", "controller_impersonator"].includes(String(labels[1])),
      )
      .map(({ labels, body }) => [labels[1], (body.condition as readonly Hcl[])?.[0]?.expression]);
    expect(conditions).toEqual([
      [
        "controller_secrets",
        `resource.name.startsWith("${hcl("local.secret_root")}${hcl("each.value")}")`,
      ],
      ["runner", hcl("each.value.expression")],
    ]);
  });

  test("al acts as a runner by a grant on that account, never by one on the project", () => {
    const [grant] = ofType("google_service_account_iam_member").filter(
      ({ labels }) => labels[1] === "controller_acts_as_runner",
    );
    expect(grant?.body).toMatchObject({
      for_each: hcl("local.runners"),
      service_account_id: hcl("google_service_account.runner[each.key].name"),
    });
    expect(lists.predefined_roles).not.toContain("roles/iam.serviceAccountUser");
  });
});

describe("a person finds out", () => {
  test.each(variables.map(({ labels: [name], body }) => [name, body] as const))(
    "what variable %s means, and of which type it is",
    (_name, body) =>
      expect(body).toMatchObject({
        description: expect.stringMatching(/^.{20,}\.$/),
        type: expect.anything(),
      }),
  );

  test.each(outputs.map(({ labels: [name], body }) => [name, body] as const))(
    "what output %s means",
    (_name, body) => expect(body.description).toEqual(expect.stringMatching(/^.{10,}\.$/)),
  );

  test("which values a variable takes: all but create_key have rules, each in sentences", () => {
    const rules = variables.map(
      ({ labels: [name], body }) => [name, (body.validation ?? []) as readonly Hcl[]] as const,
    );
    expect(rules.filter(([, each]) => each.length === 0).map(([name]) => name)).toEqual([
      "create_key",
    ]);
    const sentences = rules.flatMap(([, each]) => each.map((rule) => rule.error_message));
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Za-z].{40,}\.$/s);
  });

  test.each(moduleOutputs.map(({ labels: [name], body }) => [name, body] as const))(
    "output %s only when the grants stand that its reader relies on",
    (name, body) => {
      const grants = (body.depends_on ?? []) as readonly string[];
      const all = ["controller_key_json", "environment_toml", "next_steps", "controller_email"];
      expect(grants).not.toEqual([]);
      if (all.includes(String(name))) expect(grants).toEqual(expect.arrayContaining(OF_CONTROLLER));
      if (name === "environment_toml" || name === "next_steps")
        expect([...grants].sort()).toEqual(everyGrant);
    },
  );

  test("resources by their keys, never by their position or as a set", () => {
    const loops = resources.map(({ labels, body }) => [labels.join("."), body] as const);
    expect(loops.filter(([, body]) => "count" in body).map(([name]) => name)).toEqual([]);
    expect(
      loops.filter(([, { for_each }]) => String(for_each).includes("toset(")).map(([name]) => name),
    ).toEqual([]);
  });

  test("variables in the order of their names", () => {
    const names = variables.map(({ labels: [name] }) => name);
    expect(names).toEqual([...names].sort());
  });

  test.each(["variables.tf", "outputs.tf"])("%s is all that the README names", (file) => {
    const readme = readFileSync(join(MODULE, "README.md"), "utf8");
    const names = [...readHcl(file).matchAll(/^(?:variable|output) "(\w+)"/gm)].map(
      ([, name]) => name,
    );
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});

test.each(["versions.tf", ...examples])(
  "%s takes the versions that were looked at",
  async (file) => {
    const [terraform] = await blocksOf("terraform", [file]);
    expect(terraform?.body).toEqual({
      required_version: ">= 1.5",
      required_providers: [{ google: { source: "hashicorp/google", version: ">= 7.0, < 9.0" } }],
    });
  },
);

test("a key leaves the module only as a sensitive output", () => {
  const withKey = outputs.filter(({ body }) => JSON.stringify(body).includes("private_key"));
  expect(withKey.map(({ labels: [name], body }) => [name, body.sensitive])).toEqual([
    ["controller_key_json", true],
  ]);
});

/** An expression as Terraform's JSON form writes it. */
function hcl(expression: string): string {
  return `\${${expression}}`;
}
