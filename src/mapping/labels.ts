import { ConfigError } from "../errors.ts";
import { AGENT_LABEL, MANAGED_BY } from "./ownership.ts";

/** What al marks its jobs with. */
const OURS: readonly string[] = [MANAGED_BY.key, AGENT_LABEL];
/** On one resource, and the forms of keys and values (https://cloud.google.com/run/docs/configuring/jobs/labels). */
const MAX_LABELS = 64;
const KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const VALUE = /^[a-z0-9_-]{0,63}$/;

/**
 * The project's own labels, as jobs and executions get them beside ours.
 * @throws ConfigError for what Cloud Run would refuse
 */
export function userLabels(
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  refuseMany(Object.keys(labels).length);
  for (const [key, value] of Object.entries(labels)) {
    const reserved = OURS.includes(key);
    if (!reserved && KEY.test(key) && VALUE.test(value)) continue;
    throw new ConfigError({
      what: `[cloud.labels] ${key} = ${JSON.stringify(value)} cannot be a label`,
      why: reserved
        ? "al marks its own resources with this label"
        : "keys and values hold lower-case letters, digits, _ and -, at most 63, and a key begins with a letter",
      remedy: `Change or remove ${key} in [cloud.labels].`,
    });
  }
  return labels;
}

function refuseMany(count: number): void {
  if (count + OURS.length <= MAX_LABELS) return;
  throw new ConfigError({
    what: `[cloud.labels] has ${count} labels`,
    why: `Cloud Run takes ${MAX_LABELS} on a job, and ${OURS.length} of them are al's`,
    remedy: `Remove labels from [cloud.labels] until ${MAX_LABELS - OURS.length} are left.`,
  });
}
