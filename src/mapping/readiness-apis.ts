import { apiTitle, neededApis } from "./apis.ts";
import { CLOUD_RUN_REGIONS } from "./cloud-run-regions.ts";
import { type Check, missing, ok, unclear } from "./readiness-check.ts";
import type { ProjectFacts, ReadinessPlace } from "./readiness-facts.ts";
import { enableApi } from "./readiness-remedies.ts";

/** Service Usage's word, or else what the API itself said when it was called. */
const isOn = (host: string, { services, seen }: ProjectFacts): boolean | undefined =>
  (services.kind === "known" ? services.value.get(host) : undefined) ?? seen.get(host);

/** APIs that al doctor alone asks; while they are off, some things cannot be found out. */
const DOCTOR_APIS: Readonly<Record<string, string>> = {
  "cloudresourcemanager.googleapis.com": "Cloud Resource Manager API",
  "serviceusage.googleapis.com": "Service Usage API",
};

export function apiChecks(
  place: ReadinessPlace,
  facts: ProjectFacts,
  { usesImages }: { usesImages: boolean },
): Check[] {
  const needed = neededApis({ images: usesImages, impersonation: place.auth === "impersonate" });
  const forDoctor = Object.entries(DOCTOR_APIS)
    .filter(([host]) => facts.seen.get(host) === false)
    .map(([host, title]) =>
      missing(
        { id: `api:${host}`, subject: title },
        "it is off; runs do without it, al doctor does not",
        enableApi(host, place),
      ),
    );
  return [...needed.map((host) => apiCheck(host, place, facts)), ...forDoctor];
}

function apiCheck(host: string, place: ReadinessPlace, facts: ProjectFacts): Check {
  const about = { id: `api:${host}`, subject: apiTitle(host) };
  const on = isOn(host, facts);
  if (on === true) return ok(about);
  if (on === false) return missing(about, "it is off", enableApi(host, place));
  const why = facts.services.kind === "unknown" ? facts.services.why : "Google did not say";
  return unclear(about, why);
}

/** The check, or that nobody can tell because the API is off: one cause, told once. */
export function dependingOn(host: string, facts: ProjectFacts, check: Check): Check {
  if (isOn(host, facts) !== false) return check;
  return unclear(check, `the ${apiTitle(host)} is off`);
}

export function regionCheck({ region, alFlags }: ReadinessPlace, { regions }: ProjectFacts): Check {
  const about = { id: "region", subject: `region ${region}` };
  if (regions.kind === "unknown") {
    const heard = CLOUD_RUN_REGIONS.has(region) ? "al knows it" : "al does not know it";
    return unclear(about, `${heard}, and could not ask Google: ${regions.why}`);
  }
  if (regions.value.includes(region)) return ok(about);
  const near = nearest(region, regions.value);
  return missing(about, `Cloud Run is not there; it is in ${near}, among others`, {
    gcloud: `al gcp init${alFlags} --region ${near}`,
    terraform: `region = "${near}"; terraform apply`,
  });
}

/** A region of the same continent, or the first of all. */
function nearest(region: string, regions: readonly string[]): string {
  const [continent] = region.split("-");
  const sorted = [...regions].sort();
  return sorted.find((each) => each.startsWith(`${continent}-`)) ?? sorted[0] ?? "us-central1";
}
