import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import { invalid } from "./names.ts";

/** The fields of a repository that a caller may change. Cleanup policies are kept and shown, but delete nothing. */
export const UPDATABLE: readonly string[] = [
  "description",
  "labels",
  "dockerConfig",
  "cleanupPolicies",
  "cleanupPolicyDryRun",
  "vulnerabilityScanningConfig",
];

const LARGEST_LABEL_COUNT = 64;
const LARGEST_POLICY_COUNT = 10;
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Throws for a repository that Artifact Registry or this emulator would not take. */
export function checkRepository(given: Json): void {
  if (given.format === undefined || given.format === "FORMAT_UNSPECIFIED")
    throw invalid("Request contains an invalid argument.");
  if (given.format !== "DOCKER") throw notModelled(`repositories of the format ${given.format}`);
  if (![undefined, "MODE_UNSPECIFIED", "STANDARD_REPOSITORY"].includes(given.mode))
    throw notModelled(`repositories of the mode ${given.mode}`);
  if (given.kmsKeyName !== undefined) throw notModelled("Repository.kmsKeyName");
  checkLabels(given.labels ?? {});
  checkCleanupPolicies(given.cleanupPolicies ?? {});
}

function checkLabels(labels: Json): void {
  const entries = Object.entries(labels);
  const isFine = ([key, value]: [string, unknown]): boolean =>
    LABEL_KEY.test(key) && LABEL_VALUE.test(String(value));
  if (entries.length > LARGEST_LABEL_COUNT || !entries.every(isFine))
    throw invalid("Request contains an invalid argument.");
}

// repository.proto, CleanupPolicy: the map's key repeats the id; most_recent_versions goes with KEEP only.
function checkCleanupPolicies(policies: Json): void {
  const entries = Object.entries(policies);
  const isFine = ([key, policy]: [string, Json]): boolean =>
    policy.id === key &&
    key.length < 128 &&
    ["KEEP", "DELETE"].includes(policy.action) &&
    (policy.condition === undefined) !== (policy.mostRecentVersions === undefined) &&
    (policy.mostRecentVersions === undefined || policy.action === "KEEP");
  if (entries.length > LARGEST_POLICY_COUNT || !entries.every(isFine))
    throw invalid("Request contains an invalid argument.");
}

const notModelled = (what: string): GoogleError =>
  new GoogleError("UNIMPLEMENTED", `The emulator does not model ${what}.`);
