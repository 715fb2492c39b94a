import { accountProject } from "./grant-command.ts";
import { type Check, missing, ok, type Remedy, unclear } from "./readiness-check.ts";
import type { ReadinessFacts, ReadinessPlace } from "./readiness-facts.ts";

/** From here on a clock is worth a word. */
const NOTABLE_SKEW_MS = 60_000;
/**
 * From here on Google may refuse what this machine signs. Google publishes no figure; its own libraries have allowed for up to five
 * minutes (googleapis/google-auth-library-python, google/auth/_helpers.py, CLOCK_SKEW_SECS), and a token lives for one hour.
 */
const REFUSED_SKEW_MS = 300_000;

/** Who signs in, whether Google accepts it, this machine's clock, and the project itself. */
export function signInChecks(place: ReadinessPlace, facts: ReadinessFacts): Check[] {
  const { access, skewMs } = facts;
  const clock = clockCheck(skewMs);
  const checks = [signInCheck(place, facts, clock), clock];
  return access.kind === "refused" ? checks : [...checks, projectCheck(place, access)];
}

function signInCheck(
  { principal, project }: ReadinessPlace,
  { access }: ReadinessFacts,
  clock: Check,
): Check {
  const about = { id: "sign-in", subject: `sign-in as ${principal}` };
  if (access.kind === "refused") {
    const why = `Google refused it: ${access.why}`;
    if (clock.state === "missing") return unclear(about, `${why} Perhaps because of the clock.`);
    const { remedy } = access;
    return missing(about, why, remedy === undefined ? newKey(principal) : { gcloud: remedy });
  }
  const home = accountProject(principal);
  return ok(
    about,
    home === undefined || home === project
      ? undefined
      : `it belongs to the project ${home}, not to ${project}: allowed, if that is meant`,
  );
}

const newKey = (principal: string): Remedy => ({
  gcloud: `gcloud iam service-accounts keys create key.json --iam-account=${principal} && al creds add gcp_service_account --from-file key_json=key.json`,
  terraform: "create_key = true; terraform apply  # google_service_account_key.controller",
});

function clockCheck(skewMs: number | undefined): Check {
  const about = { id: "clock", subject: "this machine's clock" };
  if (skewMs === undefined) return unclear(about, "Google's answers told no time");
  if (Math.abs(skewMs) <= NOTABLE_SKEW_MS) return ok(about);
  const text = `about ${duration(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} Google's`;
  if (Math.abs(skewMs) < REFUSED_SKEW_MS) return ok(about, text);
  // The one thing here that is mended on this machine.
  return missing(about, `${text}, too far for the tokens that it signs`, {
    gcloud: "sudo timedatectl set-ntp true  # macOS: sudo sntp -sS time.google.com",
  });
}

const duration = (milliseconds: number): string =>
  milliseconds < 120_000
    ? `${Math.round(milliseconds / 1000)} seconds`
    : `${Math.round(milliseconds / 60_000)} minutes`;

function projectCheck(
  place: ReadinessPlace,
  access: Exclude<ReadinessFacts["access"], { kind: "refused" }>,
): Check {
  const about = { id: "project", subject: `project ${place.project}` };
  if (access.kind === "invisible")
    return missing(about, access.why, {
      gcloud: "gcloud projects list  # then correct [cloud] project",
      terraform: `project = "${place.project}"; terraform apply  # google_project_iam_member.controller["doctor"]`,
    });
  const { project } = access;
  return project.kind === "known"
    ? ok({ ...about, subject: `${about.subject} (number ${project.value.number})` })
    : ok(about, `its number is not known: ${project.why}`);
}
