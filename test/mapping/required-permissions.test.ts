import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  apiOf,
  findRequiredPermission,
  REQUIRED_PERMISSIONS,
} from "../../src/mapping/required-permissions.ts";
import { REQUIRED_PERMISSION } from "../emulator/core/iam/method-permissions.ts";
import { PREDEFINED_ROLES } from "../emulator/core/iam/roles.ts";

/** These depend on the request, so that no table of methods has them. */
const BY_REQUEST = ["run.jobs.runWithOverrides", "iam.serviceAccounts.actAs"];

describe.each(REQUIRED_PERMISSIONS)(
  "$permission",
  ({ permission, on, methods, role, why, commands }) => {
    test("is what each of its methods asks for", () =>
      expect(
        BY_REQUEST.includes(permission)
          ? [permission]
          : [...new Set(methods.map((method) => REQUIRED_PERMISSION[method]))],
      ).toEqual([permission]));

    test("is held by its role", () => expect(PREDEFINED_ROLES[role]).toContain(permission));

    test("has a reason and commands that are written as people type them", () => {
      expect(why).toMatch(/^[a-z].*[a-z)]$/);
      expect(commands.filter((command) => !/^[a-z]+( [a-z]+)?$/.test(command))).toEqual([]);
      // Images are docker's to pull and push.
      expect(commands.length === 0).toBe(on === "repository");
    });
  },
);

test("every permission stands in the list once", () => {
  const names = REQUIRED_PERMISSIONS.map(({ permission }) => permission);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("Terraform's least-privilege controller holds exactly these on the project, on secrets and on accounts", () => {
  const hcl = readFileSync("terraform/permissions.tf", "utf8");
  const list = (name: string): string[] =>
    [...(new RegExp(`\\b${name} = \\[([^\\]]*)\\]`).exec(hcl)?.[1] ?? "").matchAll(/"([^"]+)"/g)]
      .map(([, permission = ""]) => permission)
      .sort();
  const needed = (on: string): string[] =>
    REQUIRED_PERMISSIONS.filter((each) => each.on === on)
      .map(({ permission }) => permission)
      .sort();
  expect({
    project: [...list("run"), ...list("logs"), ...list("secrets_in_project")].sort(),
    secrets: list("secrets_of_prefix"),
    account: list("act_as").filter((name) => name !== "iam.serviceAccounts.get"),
  }).toEqual({
    ...{ project: needed("project"), secrets: needed("secrets"), account: needed("account") },
  });
});

describe("looking one up", () => {
  test.each([
    ["iam.serviceAccounts.actAs", "iam.serviceAccounts.actAs"],
    ["iam.serviceaccounts.actAs", "iam.serviceAccounts.actAs"],
    ["run.services.create", undefined],
    ["", undefined],
  ])("%j", (asked, expected) => expect(findRequiredPermission(asked)?.permission).toBe(expected));

  test.each([
    ["run.jobs.create", "run.googleapis.com"],
    ["secretmanager.versions.add", "secretmanager.googleapis.com"],
  ])("%s belongs to %s", (permission, host) => expect(apiOf(permission)).toBe(host));
});
