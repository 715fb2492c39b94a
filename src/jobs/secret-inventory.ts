import pLimit from "p-limit";
import type { Google } from "../gcp/google.ts";
import type { StoredSecret } from "../gcp/secret-manager.ts";
import { type InventoryLine, type InventorySecret, inventory } from "../mapping/inventory.ts";
import { CREDENTIAL_ANNOTATION } from "../mapping/ownership.ts";
import { listJobsOf } from "./all-regions.ts";
import type { Report } from "./events.ts";
import { PARALLEL_CALLS } from "./inspect-secrets.ts";
import { listOurs } from "./list-ours.ts";

/** Our secrets of one prefix, and which of their versions jobs of any region refer to. Reads only. */
export async function listSecrets(
  secretPrefix: string,
  google: Google,
  report: Report,
): Promise<InventoryLine[]> {
  const secrets = await ourSecrets(secretPrefix, google);
  const [{ jobs }, withVersions] = await Promise.all([
    listJobsOf(secrets, google, report),
    readVersions(secrets, google),
  ]);
  return inventory(withVersions, { jobs, region: google.location.region });
}

/** Another prefix is how a teammate keeps copies apart: those are neither shown nor touched. */
export async function ourSecrets(secretPrefix: string, google: Google): Promise<StoredSecret[]> {
  const ours = await listOurs(await google.secrets());
  return [...ours.values()].filter(({ id }) => id.startsWith(`${secretPrefix}--`));
}

export async function readVersions(
  secrets: readonly StoredSecret[],
  google: Google,
): Promise<InventorySecret[]> {
  const manager = await google.secrets();
  const limit = pLimit(PARALLEL_CALLS);
  return Promise.all(
    secrets.map(({ id, annotations, locations }) =>
      limit(async () => ({
        id,
        annotations,
        locations,
        credential: annotations[CREDENTIAL_ANNOTATION] ?? "",
        versions: await manager.versions(id),
      })),
    ),
  );
}
