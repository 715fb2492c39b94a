import type { Json } from "../core/handler.ts";
import type { Platform, Project } from "../core/platform.ts";
import { referenceOf, type SecretReference } from "./secret-reference.ts";

export type EnvSecret = {
  readonly name: string;
  readonly place: string;
  readonly reference: SecretReference;
};
export type FileSecret = {
  readonly path: string;
  readonly mode: number;
  readonly place: string;
  readonly reference: SecretReference;
};

// k8s.min.proto: the default mode, and the umask that is applied to any other.
const DEFAULT_MODE = 0o444;
const UMASK = 0o222;

/** The variables of one container that come from secrets, with the v1 path that error texts name. */
export function envSecretsOf(
  platform: Platform,
  project: Project,
  { container, index }: { container: Json; index: number },
): EnvSecret[] {
  const env: Json[] = container.env ?? [];
  return env.flatMap((variable, position) => {
    const selector = variable.valueSource?.secretKeyRef;
    if (selector === undefined) return [];
    return {
      name: variable.name,
      place: `spec.template.spec.containers[${index}].env[${position}].value_from.secret_key_ref.name`,
      reference: referenceOf(platform, project, selector),
    };
  });
}

/** The files of one secret volume. */
export function fileSecretsOf(
  platform: Platform,
  project: Project,
  { volume, index }: { volume: Json; index: number },
): FileSecret[] {
  const { secret, items, defaultMode } = volume.secret;
  const at = `spec.template.spec.volumes[${index}].secret`;
  const file = (path: string, version: string, mode: number, place: string): FileSecret => ({
    path,
    mode: (mode || defaultMode || DEFAULT_MODE) & ~UMASK,
    place,
    reference: referenceOf(platform, project, { secret, version }),
  });
  // k8s.min.proto, SecretVolumeSource.items: without items, one file named after the secret, latest version.
  if (items === undefined) {
    return [file(secret.split("/").at(-1), "latest", 0, `${at}.secret_name`)];
  }
  return items.map((item: Json, position: number) =>
    file(item.path, item.version, item.mode ?? 0, `${at}.items[${position}].key`),
  );
}
