import { CLOUD_PLATFORM } from "../core/auth/access-tokens.ts";
import type { MetadataIdentity } from "../core/platform.ts";

/** A value, something computed from the query, or a directory. */
export type MetadataNode = string | Computed | MetadataDirectory;
type Computed = (query: URLSearchParams) => object;
export type MetadataDirectory = { readonly [name: string]: MetadataNode };

/** What a container of Cloud Run sees under /computeMetadata/v1 (docs.cloud.google.com/run/docs/container-contract). */
export function metadataTree(
  { project, region, serviceAccount, instanceId }: MetadataIdentity,
  issueToken: (scopes: readonly string[]) => object,
): MetadataDirectory {
  const account = {
    aliases: "default",
    email: serviceAccount,
    scopes: CLOUD_PLATFORM,
    token: (query: URLSearchParams) =>
      issueToken((query.get("scopes") ?? "").split(/[ ,]+/).filter(Boolean)),
  };
  return {
    instance: {
      id: instanceId,
      region: `projects/${project.number}/regions/${region}`,
      zone: `projects/${project.number}/zones/${region}-1`,
      "service-accounts": { default: account, [serviceAccount]: account },
    },
    project: { "project-id": project.id, "numeric-project-id": project.number },
    universe: { "universe-domain": "googleapis.com" },
  };
}
