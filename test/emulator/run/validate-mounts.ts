import type { Json } from "../core/handler.ts";
import type { Violations } from "./violations.ts";

// https://cloud.google.com/run/docs/configuring/services/secrets: mounting there is refused.
const REFUSED = ["/dev", "/proc", "/sys"];

/** Checks where one container mounts which volume. */
export function checkMounts(
  mounts: readonly Json[],
  place: { container: number; volumes: readonly Json[] },
  violations: Violations,
): void {
  const at = `job.template.template.containers[${place.container}].volume_mounts`;
  const known = new Set(place.volumes.map((volume) => volume.name));
  const earlier: string[] = [];
  for (const [index, mount] of mounts.entries()) {
    if (!known.has(mount.name)) {
      violations.add(`${at}[${index}].name`, `there is no volume named '${mount.name ?? ""}'.`);
    }
    const path = String(mount.mountPath ?? "").replace(/(?<=.)\/+$/, "");
    const problem = pathProblem(path) ?? conflict(path, earlier);
    if (problem !== undefined) violations.add(`${at}[${index}].mount_path`, problem);
    earlier.push(path);
  }
}

// k8s.min.proto, VolumeMount.mount_path; gcloud (command_lib/run/flags.py) for the parts of the path.
function pathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return "must be an absolute path.";
  if (path.includes(":")) return "must not contain ':'.";
  if (path === "/") return "must not be the root.";
  if (
    path
      .slice(1)
      .split("/")
      .some((part) => part === "" || part === "." || part === "..")
  ) {
    return "must not contain empty parts, '.' or '..'.";
  }
  if (REFUSED.some((refused) => isWithin(path, refused))) {
    return "must not be in /dev, /proc or /sys.";
  }
  return undefined;
}

// One volume a directory (https://cloud.google.com/run/docs/configuring/services/secrets), and no mount inside
// another (https://cloud.google.com/run/docs/container-contract).
function conflict(path: string, earlier: readonly string[]): string | undefined {
  if (earlier.includes(path)) return `Invalid value: "${path}": must be unique`;
  const other = earlier.find((mounted) => isWithin(path, mounted) || isWithin(mounted, path));
  return other === undefined
    ? undefined
    : `nested mounts are not supported: "${path}", "${other}".`;
}

const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);
