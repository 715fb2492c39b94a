import type { Job } from "../gcp/types.ts";

/** A version that a job refers to by its number. */
export type PinnedVersion = { readonly secret: string; readonly version: string };

/** Every version of a secret that a job's variables and volumes refer to. */
export function pinnedVersions({ template }: Job): PinnedVersion[] {
  const task = template?.template;
  const variables = (task?.containers ?? []).flatMap(({ env }) =>
    (env ?? []).flatMap(({ valueSource }) => valueSource?.secretKeyRef ?? []),
  );
  const files = (task?.volumes ?? []).flatMap(({ secret }) =>
    (secret?.items ?? []).map(({ version }) => ({ secret: secret?.secret, version })),
  );
  const all = [...variables, ...files].map(({ secret, version }) => ({
    secret: secret ?? "",
    version: version ?? "",
  }));
  return [...new Map(all.map((pin) => [`${pin.secret}/${pin.version}`, pin])).values()];
}
