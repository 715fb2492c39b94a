import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { REQUIRED_PERMISSIONS } from "../../src/mapping/required-permissions.ts";
import { REQUIRED_PERMISSION } from "../emulator/core/iam/method-permissions.ts";
import { PREDEFINED_ROLES } from "../emulator/core/iam/roles.ts";
import { OWN_PERMISSIONS } from "../terraform/support/granted.ts";
import { readSetUp } from "../terraform/support/grants.ts";
import { commandsThatUse, readUses } from "../terraform/support/uses.ts";
import { SET_UP_NAMES } from "../terraform/support/variable-sets.ts";

const SCRIPT = new URL("../../scripts/permissions-doc.mjs", import.meta.url);
const PAGE = new URL("../../docs/permissions.md", import.meta.url);
const { renderPermissions, ACTING, DOCTOR, UNUSED } = await import(SCRIPT.href);
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

test.each(REQUIRED_PERMISSIONS)(
  "$permission is used by the commands that are named, and by no other",
  ({ permission, commands }) =>
    expect([...commands].sort()).toEqual(commandsThatUse(permission, uses)),
);

test.each(REQUIRED_PERMISSIONS)(
  "$permission stands in the table of what commands need, or of what is not used",
  async ({ permission, commands }) => {
    const [needed = "", , unused = ""] = (await readFile(PAGE, "utf8")).split("\n### ");
    const isNeeded = commands.length > 0;
    const row = `\n| \`${permission}\` |`;
    expect([needed.includes(row), unused.includes(row)]).toEqual([isNeeded, !isNeeded]);
    const justified = UNUSED.flatMap(({ permissions }: { permissions: string[] }) => permissions);
    expect(justified.includes(permission)).toBe(!isNeeded);
  },
);

test("what is granted to others than the module's accounts is what the page says of who acts as the controller", () => {
  const granted = SET_UP_NAMES.flatMap((name) => {
    const { serviceAccounts, grants } = readSetUp(name);
    const own = Object.values(serviceAccounts).map((email) => `serviceAccount:${email}`);
    return grants
      .filter(({ member }) => !own.includes(member))
      .map(({ role, resource }) => `${role} on ${resource.replace(/\/.*/, "")}`);
  });
  const said = ACTING.map(
    ({ role, on }: Acting) => `${role} on ${on === "project" ? on : "serviceAccounts"}`,
  );
  expect([...new Set(granted)].sort()).toEqual([...said].sort());
});

type Acting = { readonly role: string; readonly on: "project" | "controller" };
