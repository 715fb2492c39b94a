import { GoogleError } from "../core/google-error.ts";
import type { Platform } from "../core/platform.ts";

// Where the machine stands matters to nobody who signs in.
const REGION = "us-central1";

/** Opens a metadata server as a virtual machine of this service account has one, for callers outside any container. */
export async function openMachineMetadata(
  { metadata, identities }: Platform,
  serviceAccount: string,
): Promise<string> {
  const project = identities.ownerOf(serviceAccount);
  if (project === undefined || !identities.knowsAccount(serviceAccount))
    throw new GoogleError("NOT_FOUND", `Unknown service account: ${serviceAccount}`);
  if (metadata === undefined)
    throw new GoogleError("FAILED_PRECONDITION", "What is only simulated has no metadata server.");
  const identity = { project, region: REGION, serviceAccount, instanceId: "1234567890123456789" };
  return (await metadata.open(identity)).host;
}
