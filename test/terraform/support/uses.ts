import { readFileSync } from "node:fs";
import { join } from "node:path";
import { permissionsOf } from "./granted.ts";
import { STEP_NAMES, type StepName } from "./steps.ts";

/** Where it is kept which permissions each step was asked for; least-privilege.test.ts writes and checks it. */
export const USES_PATH = join(import.meta.dirname, "../../fixtures/terraform/uses.json");

/** Which permissions each step was asked for, as kept. */
export const readUses = (): Readonly<Record<string, readonly string[]>> =>
  JSON.parse(readFileSync(USES_PATH, "utf8"));

const DOCTOR: StepName = "al doctor --runtime cloudrun";

/** The steps that may fail without something that is granted; doctor asks for everything, without using it. */
export function stepsThatUse(
  item: string,
  uses: Readonly<Record<string, readonly string[]>>,
): readonly StepName[] {
  const permissions = item.startsWith("roles/") ? permissionsOf(item) : [item];
  return STEP_NAMES.filter(
    (name) => name === DOCTOR || uses[name]?.some((each) => permissions.includes(each)),
  );
}

/** The commands whose steps were asked for a permission, without their flags. */
export const commandsThatUse = (
  permission: string,
  uses: Readonly<Record<string, readonly string[]>>,
): string[] =>
  [
    ...new Set(
      STEP_NAMES.filter((name) => uses[name]?.includes(permission)).map((name) =>
        name.startsWith("al ") ? name.slice(3).replace(/(,| --).*/, "") : "run",
      ),
    ),
  ].sort();
