import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { REQUIRED_PERMISSIONS } from "../../src/mapping/required-permissions.ts";
import { REQUIRED_PERMISSION } from "../emulator/core/iam/method-permissions.ts";
import { PREDEFINED_ROLES } from "../emulator/core/iam/roles.ts";
import { OWN_PERMISSIONS } from "../terraform/support/granted.ts";
import { commandsThatUse, readUses } from "../terraform/support/uses.ts";

const SCRIPT = new URL("../../scripts/permissions-doc.mjs", import.meta.url);
const PAGE = new URL("../../docs/permissions.md", import.meta.url);
const { renderPermissions, DOCTOR } = await import(SCRIPT.href);
const uses = readUses();

test("docs/permissions.md is what the script makes of the list; `npm run docs` writes it anew", async () => {
  expect(await readFile(PAGE, "utf8")).toBe(renderPermissions(REQUIRED_PERMISSIONS));
});

test("what a command needs and what doctor looks at is all that the module's own roles hold", () => {
  const named = [...REQUIRED_PERMISSIONS.filter(({ on }) => on !== "repository"), ...DOCTOR];
  expect(named.map(({ permission }) => permission).sort()).toEqual(OWN_PERMISSIONS);
});

test.each<(typeof REQUIRED_PERMISSIONS)[number]>(DOCTOR)(
  "$permission is what doctor's call asks for, and is held by $role",
  ({ permission, methods, role }) => {
    expect(methods.map((method) => REQUIRED_PERMISSION[method])).toEqual([permission]);
    expect(PREDEFINED_ROLES[role]).toContain(permission);
  },
);

test.each(REQUIRED_PERMISSIONS.filter(({ on }) => on !== "repository"))(
  "$permission is used by the commands that are named, and by no other",
  ({ permission, commands }) =>
    expect([...commands].sort()).toEqual(commandsThatUse(permission, uses)),
);
