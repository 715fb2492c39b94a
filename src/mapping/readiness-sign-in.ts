import { apiTitle } from "./apis.ts";
import { accountProject } from "./grant-command.ts";
import { type Check, missing, ok, unclear } from "./readiness-check.ts";
import { clockCheck } from "./readiness-clock.ts";
import type { Asked, ReadinessFacts, ReadinessPlace } from "./readiness-facts.ts";
import { enableApi } from "./readiness-remedies.ts";
import { newKey, projectRemedy, strangerRemedy } from "./sign-in-remedies.ts";

type Access = ReadinessFacts["access"];

/** Who signs in, whether Google accepts it, this machine's clock, and the project itself. */
export function signInChecks(place: ReadinessPlace, facts: ReadinessFacts): Check[] {
  const { access, skewMs } = facts;
  const clock = clockCheck(skewMs);
  const checks = [signInCheck(place, access, clock), ...offApiCheck(place, access), clock];
  return access.kind === "refused" || access.kind === "stranger"
    ? checks
    : [...checks, projectCheck(place, access)];
}

function signInCheck(place: ReadinessPlace, access: Access, clock: Check): Check {
  const { principal, project } = place;
  const about = { id: "sign-in", subject: `sign-in as ${principal}` };
  const home = accountProject(principal);
  switch (access.kind) {
    case "refused": {
      const why = `Google refused it: ${access.why}`;
      if (access.offApi !== undefined)
        return unclear(about, `the ${apiTitle(access.offApi)} is off`);
      if (clock.state === "missing") return unclear(about, `${why} Perhaps because of the clock.`);
      return missing(about, why, access.remedy ?? newKey(place, principal));
    }
    case "stranger":
      return missing(
        about,
        `it belongs to the project ${home}, and may do nothing in ${project}`,
        strangerRemedy(place),
      );
    default:
      return ok(
        about,
        home === undefined || home === project
          ? undefined
          : `it belongs to the project ${home}, not to ${project}: allowed, if that is meant`,
      );
  }
}

/** Whether the caller is an account of another project that holds nothing in this one, so that there is no use in asking more. */
export const isStranger = (
  { principal, project }: Pick<ReadinessPlace, "principal" | "project">,
  held: Asked<ReadonlySet<string>>,
): boolean => {
  const home = accountProject(principal);
  return home !== undefined && home !== project && held.kind === "known" && held.value.size === 0;
};

/** Without its API nobody can act as another account, so the API is what is missing, and not the sign-in. */
function offApiCheck(place: ReadinessPlace, access: Access): Check[] {
  if (access.kind !== "refused" || access.offApi === undefined) return [];
  const { offApi: host, remedy } = access;
  const about = { id: `api:${host}`, subject: apiTitle(host) };
  return [missing(about, access.why, { ...enableApi(host, place), ...remedy })];
}

function projectCheck(
  place: ReadinessPlace,
  access: Extract<Access, { kind: "open" | "invisible" }>,
): Check {
  const about = { id: "project", subject: `project ${place.project}` };
  if (access.kind === "invisible") return missing(about, access.why, projectRemedy(place));
  const { project } = access;
  return project.kind === "known"
    ? ok({ ...about, subject: `${about.subject} (number ${project.value.number})` })
    : ok(about, `its number is not known: ${project.why}`);
}
