import type { Job } from "../gcp/types.ts";

/** A version that a job refers to, by its number or as `latest`. */
export type PinnedVersion = { readonly secret: string; readonly version: string };

/** Every version of a secret that a job's variables and volumes refer to; secrets of the job's own project by their ids. */
export function pinnedVersions({ name, template }: Job): PinnedVersion[] {
  const task = template?.template;
  const variables = (task?.containers ?? []).flatMap(({ env }) =>
    (env ?? []).flatMap(({ valueSource }) => valueSource?.secretKeyRef ?? []),
  );
  const files = (task?.volumes ?? []).flatMap(({ secret }) =>
    (secret?.items?.length ? secret.items : [LATEST]).map(({ version }) => ({
      secret: secret?.secret,
      version,
    })),
  );
  const project = name?.split("/")[1] ?? "";
  const all = [...variables, ...files]
    .map(({ secret, version }) => ({
      secret: secretId(secret ?? "", project),
      version: version || LATEST.version,
    }))
    .filter(({ secret }) => secret !== "");
  return [...new Map(all.map((pin) => [`${pin.secret}/${pin.version}`, pin])).values()];
}

/** A volume that names no items shows the latest version (google/cloud/run/v2/k8s.min.proto, SecretVolumeSource.items). */
const LATEST = { version: "latest" };

/**
 * Google returns a secret's name as it was given: an id, or `projects/<id or number>/secrets/<id>`. Which number a project has is not known
 * here, so every number counts as the job's own project: at worst something is kept.
 */
function secretId(secret: string, project: string): string {
  const [, owner = "", id] = /^projects\/([^/]+)\/secrets\/([^/]+)$/.exec(secret) ?? [];
  return id !== undefined && (owner === project || /^\d+$/.test(owner)) ? id : secret;
}
