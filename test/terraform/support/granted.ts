import { PREDEFINED_ROLES } from "../../emulator/core/iam/roles.ts";
import { literalLists } from "./hcl.ts";
import type { SetUp } from "./set-up.ts";

const lists = await literalLists("permissions.tf");

/** Google's own roles that the module gives to the controller, by name. */
const GOOGLES_ROLES = [...(lists.repository_roles ?? [])].sort();

/** The permissions of the module's own roles for the controller. */
export const OWN_PERMISSIONS = Object.entries(lists)
  .filter(([name]) => name.startsWith("permissions."))
  .flatMap(([, permissions]) => permissions)
  .sort();

/** Each single thing that the module grants to the controller, as permissions.tf says it. */
export const GRANTED: readonly string[] = [...OWN_PERMISSIONS, ...GOOGLES_ROLES];

/** The permissions of one of Google's roles, as far as the emulator knows them. */
export const permissionsOf = (role: string): readonly string[] => PREDEFINED_ROLES[role] ?? [];

const standIn = (role: string): string =>
  `projects/demo-project/roles/stand_in_for_${role.replace(/\W/g, "_")}`;

/** The same set-up with custom roles in the place of the controller's predefined ones, so that they can be taken away. */
export function withStandIns<S extends SetUp>(setUp: S): S {
  const roles = GOOGLES_ROLES.map((role) => [standIn(role), permissionsOf(role)]);
  return {
    ...setUp,
    roles: { ...setUp.roles, ...Object.fromEntries(roles) },
    grants: setUp.grants.map((grant) =>
      GOOGLES_ROLES.includes(grant.role) ? { ...grant, role: standIn(grant.role) } : grant,
    ),
  };
}

/** The same roles without one thing that is granted: a whole role of Google's, or one permission. */
export const rolesWithout = (
  lacking: string | undefined,
  roles: SetUp["roles"],
): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(roles).map(([name, permissions]) => [
      name,
      lacking !== undefined && name === standIn(lacking)
        ? []
        : permissions.filter((permission) => permission !== lacking),
    ]),
  );
