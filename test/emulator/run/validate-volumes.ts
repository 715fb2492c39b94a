import type { Json } from "../core/handler.ts";
import { secretProblem, versionProblem } from "./secret-reference.ts";
import type { Violations } from "./violations.ts";

const VOLUME_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LARGEST_MODE = 0o777;
const VOLUMES = "job.template.template.volumes";

/** Checks the volumes of a task template. */
export function checkVolumes(volumes: readonly Json[], violations: Violations): void {
  const seen = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = `${VOLUMES}[${index}]`;
    const name = String(volume.name ?? "");
    if (!VOLUME_NAME.test(name)) violations.add(`${at}.name`, "must be a DNS label.");
    // gcloud, generated run_v1_messages.py, Volume.name
    if (name === "cloudsql") violations.add(`${at}.name`, "'cloudsql' is reserved.");
    if (seen.has(name)) violations.add(`${at}.name`, `'${name}' is given twice.`);
    seen.add(name);
    if (volume.secret !== undefined) checkSecretVolume(volume.secret, `${at}.secret`, violations);
    else if (!hasType(volume)) violations.add(at, "a volume type must be set.");
  }
}

const hasType = (volume: Json): boolean =>
  ["cloudSqlInstance", "emptyDir", "nfs", "gcs"].some((type) => volume[type] !== undefined);

function checkSecretVolume(secret: Json, at: string, violations: Violations): void {
  const problem = secretProblem(String(secret.secret ?? ""));
  if (problem !== undefined) violations.add(at + problem.field, problem.description);
  checkMode(secret.defaultMode, `${at}.default_mode`, violations);
  const items: Json[] = secret.items ?? [];
  for (const [index, item] of items.entries()) {
    checkItem(item, `${at}.items[${index}]`, violations);
  }
  const paths = items.map((item) => String(item.path ?? ""));
  for (const path of new Set(paths.filter((path, index) => paths.indexOf(path) !== index))) {
    violations.add(`${at}.items`, `the path '${path}' is given twice.`);
  }
}

// k8s.min.proto, SecretVolumeSource.items: when items are defined, they must specify a path and a version.
function checkItem(item: Json, at: string, violations: Violations): void {
  const problem = pathProblem(String(item.path ?? ""));
  if (problem !== undefined) violations.add(`${at}.path`, problem);
  const version = versionProblem(String(item.version ?? ""));
  if (version !== undefined) violations.add(at + version.field, version.description);
  checkMode(item.mode, `${at}.mode`, violations);
}

// gcloud, generated run_v1_messages.py, KeyToPath.path
function pathProblem(path: string): string | undefined {
  if (path === "") return "must not be empty.";
  if (path.startsWith("/")) return "must be relative.";
  if (path.split("/").some((part) => part === "..")) return "must not contain '..'.";
  if (path.startsWith("..")) return "must not start with '..'.";
  if (path.split("/").some((part) => part === "" || part === ".")) {
    return "must not contain empty parts or '.'.";
  }
  return undefined;
}

// k8s.min.proto, SecretVolumeSource.default_mode and VersionToPath.mode
function checkMode(mode: unknown, field: string, violations: Violations): void {
  const bits = Number(mode ?? 0);
  if (Number.isInteger(bits) && bits >= 0 && bits <= LARGEST_MODE) return;
  violations.add(field, "must be between 0 and 511 (octal 0777).");
}
