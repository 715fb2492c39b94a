import { createHash } from "node:crypto";
import type { Credential } from "../credentials/credential.ts";
import { formatRef } from "../credentials/ref.ts";
import { DataError } from "../errors.ts";
import type { Volume, VolumeMount } from "../gcp/types.ts";
import { UNKNOWN_VERSION } from "./environment.ts";
import { mountedSecretId, type Pins } from "./secret-plan.ts";

const ROOT = "/credentials";

/** A volume and where it is mounted. */
export type MountedVolume = { readonly volume: Volume; readonly mount: VolumeMount };

/**
 * One volume an instance, however many fields it has: Cloud Run mounts one secret per directory.
 * The mode stays Cloud Run's 0444: files belong to root, and an agent that is not root must read them.
 * @throws DataError for an instance whose path Cloud Run cannot mount
 */
export function credentialVolume(
  credential: Credential,
  { prefix, pins }: { readonly prefix: string; readonly pins: Pins },
): MountedVolume {
  const secret = mountedSecretId(credential, prefix);
  const versions = pins.get(secret);
  const name = volumeName(credential);
  const items = credential.fields.map((field) => ({
    path: field.name,
    version: versions?.get(field.name) ?? UNKNOWN_VERSION,
  }));
  return {
    volume: { name, secret: { secret, items } },
    mount: { name, mountPath: mountPath(credential) },
  };
}

function mountPath({ ref }: Credential): string {
  const path = `${ROOT}/${ref.type}/${ref.instance}`;
  // VolumeMount.mount_path "must not contain ':'" (google/cloud/run/v2/k8s.min.proto).
  if (!path.includes(":")) return path;
  throw new DataError({
    what: `The credential ${formatRef(ref)} cannot be mounted`,
    why: `its directory would be ${path}, and Cloud Run refuses a colon in a mount path`,
    remedy: `Store it under an instance name without a colon, and list that one in the agent's credentials.`,
  });
}

/** 128 bits: nobody finds two names that meet. */
const DIGEST_LENGTH = 32;
/** What a DNS label of 63 characters leaves beside `cred-`, a dash and the digest. */
const MAX_SLUG = 63 - 6 - DIGEST_LENGTH;

/** A DNS label; the hash keeps names apart that read alike. */
function volumeName({ ref }: Credential): string {
  const slug = `${ref.type}-${ref.instance}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, MAX_SLUG)
    .replace(/-+$/, "");
  const digest = createHash("sha256").update(`${ref.type}/${ref.instance}`).digest("hex");
  return `cred-${slug === "" ? "x" : slug}-${digest.slice(0, DIGEST_LENGTH)}`;
}
