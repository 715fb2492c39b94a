import { accountChecks, secretChecks } from "./readiness-accounts.ts";
import { apiChecks, dependingOn, regionCheck } from "./readiness-apis.ts";
import type { Check } from "./readiness-check.ts";
import type { ReadinessFacts, ReadinessPlace } from "./readiness-facts.ts";
import { imageChecks, repositoryChecks } from "./readiness-images.ts";
import { permissionChecks } from "./readiness-permissions.ts";
import { signInChecks } from "./readiness-sign-in.ts";
import { repositoriesOf } from "./repositories.ts";

/**
 * What a run needs of a project, one check each, from what was found out. A cause is told once: what nobody can know because of it
 * is `unknown`, and a caller who was not let in hears of nothing else.
 */
export function readinessOf(place: ReadinessPlace, facts: ReadinessFacts): Check[] {
  const { access } = facts;
  const first = signInChecks(place, facts);
  if (access.kind !== "open") return first;
  const usesImages = repositoriesOf(place).length > 0;
  return [
    ...first,
    ...apiChecks(place, access, { usesImages }),
    dependingOn("run.googleapis.com", access, regionCheck(place, access)),
    ...permissionChecks(place, access),
    ...accountChecks(place, access),
    ...secretChecks(place, access),
    ...repositoryChecks(place, access),
    ...imageChecks(place, access),
  ];
}
