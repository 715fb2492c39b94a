import { describe, expect, test } from "vitest";
import { conditionOf } from "./condition.ts";
import { denial } from "./denial.ts";
import { Identities } from "./identities.ts";
import { type Binding, Policies } from "./policies.ts";
import { attributesOf, resourceAndContainers } from "./resource-names.ts";

const NUMBER = "123456789012";
const SECRET = `projects/${NUMBER}/secrets/al--github`;

describe("a condition", () => {
  const version = attributesOf(`${SECRET}/versions/1`);
  test.each([
    [
      "a prefix by number holds",
      `resource.name.startsWith("projects/${NUMBER}/secrets/al--")`,
      true,
    ],
    [
      "a prefix by id never does",
      `resource.name.startsWith("projects/demo-project/secrets/al--")`,
      false,
    ],
    ["a type can be asked", `resource.type == "secretmanager.googleapis.com/SecretVersion"`, true],
    ["a type can be excluded", `resource.type != "secretmanager.googleapis.com/Secret"`, true],
    ["so can a service", `resource.service == 'run.googleapis.com'`, false],
    ["not turns it round", `!(resource.service == "run.googleapis.com")`, true],
    ["and binds closer than or", `true || false && false`, true],
    ["parentheses bind closest", `(true || false) && false`, false],
    ["an end can be asked", `resource.name.endsWith("/1")`, true],
  ])("%s", (_sentence, expression, expected) =>
    expect(conditionOf(expression)(version)).toBe(expected),
  );

  test.each([
    ["an attribute nobody knows", `resource.colour == "red"`],
    ["a function nobody knows", `resource.name.extract("x")`],
    ["time", `request.time < timestamp("2030-01-01T00:00:00Z")`],
    ["a loose end", `true &&`],
    ["an open parenthesis", `(true`],
    ["two expressions", `true true`],
    ["an open quote", `resource.name == "x`],
    ["nothing", ``],
  ])("that is %s is refused", (_sentence, expression) =>
    expect(() => conditionOf(expression)).toThrow(/does not understand the IAM condition/),
  );
});

describe("a resource", () => {
  test("has all its containers as ancestors", () =>
    expect(resourceAndContainers(`${SECRET}/versions/3`)).toEqual([
      `${SECRET}/versions/3`,
      SECRET,
      `projects/${NUMBER}`,
    ]));

  test.each([
    ["a secret", SECRET, "secretmanager.googleapis.com/Secret"],
    ["a version", `${SECRET}/versions/3`, "secretmanager.googleapis.com/SecretVersion"],
    ["a job", `projects/${NUMBER}/locations/l/jobs/j`, "run.googleapis.com/Job"],
    ["a location", `projects/${NUMBER}/locations/l`, "cloudresourcemanager.googleapis.com/Project"],
    ["a project", `projects/${NUMBER}`, "cloudresourcemanager.googleapis.com/Project"],
  ])("that is %s has the type", (_sentence, name, type) =>
    expect(attributesOf(name).type).toBe(type),
  );
});

describe("access", () => {
  const ANNA = "anna@demo-project.iam.gserviceaccount.com";
  const decide = (
    given: { resource: string; binding: Partial<Binding> },
    asked: { permission: string; resource: string },
  ): boolean => {
    const identities = new Identities();
    identities.addProject({ id: "demo-project", number: NUMBER });
    const policies = new Policies(identities);
    policies.addRole("projects/demo-project/roles/tiny", ["secretmanager.secrets.list"]);
    const binding = { role: "roles/owner", members: [`serviceAccount:${ANNA}`], ...given.binding };
    policies.addBindings(given.resource, [binding]);
    return policies.isAllowed({ email: ANNA, ...asked });
  };
  const ACCESS = "secretmanager.versions.access";
  const onPrefix = {
    role: "roles/secretmanager.secretAccessor",
    condition: { expression: `resource.name.startsWith("projects/${NUMBER}/secrets/al--")` },
  };

  test.each([
    ["an owner may read", { resource: "projects/demo-project", binding: {} }, ACCESS, true],
    [
      "an editor may not",
      { resource: "projects/demo-project", binding: { role: "roles/editor" } },
      ACCESS,
      false,
    ],
    [
      "somebody else may not",
      { resource: "projects/demo-project", binding: { members: ["serviceAccount:x@y.z"] } },
      ACCESS,
      false,
    ],
    [
      "a grant on the secret covers its versions",
      {
        resource: "projects/demo-project/secrets/al--github",
        binding: { role: "roles/secretmanager.secretAccessor" },
      },
      ACCESS,
      true,
    ],
    [
      "a grant on another secret does not",
      {
        resource: "projects/demo-project/secrets/al--other",
        binding: { role: "roles/secretmanager.secretAccessor" },
      },
      ACCESS,
      false,
    ],
    [
      "a grant on a prefix covers",
      { resource: "projects/demo-project", binding: onPrefix },
      ACCESS,
      true,
    ],
    [
      "a role holds only its own permissions",
      { resource: "projects/demo-project", binding: onPrefix },
      "secretmanager.secrets.get",
      false,
    ],
    [
      "a viewer sees no payload",
      { resource: "projects/demo-project", binding: { role: "roles/secretmanager.viewer" } },
      ACCESS,
      false,
    ],
  ] as const)("%s", (_sentence, given, permission, expected) =>
    expect(decide(given, { permission, resource: `${SECRET}/versions/1` })).toBe(expected),
  );

  test.each([
    [
      "a condition on a prefix cannot cover listing",
      { ...onPrefix, role: "roles/secretmanager.viewer" },
      false,
    ],
    ["a custom role can", { role: "projects/demo-project/roles/tiny" }, true],
    ["under its number too", { role: `projects/${NUMBER}/roles/tiny` }, true],
  ])("%s", (_sentence, binding, expected) =>
    expect(
      decide(
        { resource: "projects/demo-project", binding },
        { permission: "secretmanager.secrets.list", resource: `projects/${NUMBER}` },
      ),
    ).toBe(expected),
  );

  test.each([
    ["its project", "projects/demo-project"],
    ["a dash", "projects/-"],
    ["the number", `projects/${NUMBER}`],
  ])("actAs is granted on an account named by %s", (_sentence, project) =>
    expect(
      decide(
        {
          resource: `${project}/serviceAccounts/${ANNA}`,
          binding: { role: "roles/iam.serviceAccountUser" },
        },
        {
          permission: "iam.serviceAccounts.actAs",
          resource: `projects/${NUMBER}/serviceAccounts/${ANNA}`,
        },
      ),
    ).toBe(true),
  );

  test("a role that nobody defined is refused", () =>
    expect(() =>
      decide(
        { resource: "projects/demo-project", binding: { role: "roles/nonsense" } },
        { permission: ACCESS, resource: SECRET },
      ),
    ).toThrow("Role roles/nonsense is not supported for this resource."));
});

test.each([
  [
    "run.jobs.run",
    "projects/p/locations/l/jobs/j",
    "Permission 'run.jobs.run' denied on resource 'projects/p/locations/l/jobs/j' (or resource may not exist).",
  ],
  [
    "secretmanager.versions.access",
    "projects/p/secrets/s/versions/1",
    "Permission 'secretmanager.versions.access' denied for resource 'projects/p/secrets/s/versions/1' (or it may not exist).",
  ],
  [
    "iam.serviceAccounts.actAs",
    "projects/1/serviceAccounts/a@b.c",
    "Permission 'iam.serviceaccounts.actAs' denied on service account a@b.c (or it may not exist).",
  ],
])("%s is denied in its service's words", (permission, resource, text) =>
  expect(denial(permission, resource).message).toBe(text),
);
