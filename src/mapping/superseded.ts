import type { Job } from "../gcp/types.ts";
import type { InventorySecret } from "./inventory.ts";
import { pinnedVersions } from "./job-pins.ts";
import { filesOf, regionsOf } from "./secret-notes.ts";

/** A version that nothing needs any more. */
export type SupersededVersion = {
  readonly credential: string;
  readonly secret: string;
  readonly version: string;
  /** When a newer one of the same field was added, in milliseconds since the epoch. */
  readonly supersededAt: number;
};

/**
 * A run lasts a week at most (https://cloud.google.com/run/docs/configuring/task-timeout), and a job that was created just before the new
 * version may start one for as long as it is there; so a version outlives what superseded it by a week and a day.
 */
const KEPT_MS = 8 * 24 * 60 * 60_000;

/**
 * The versions that may be destroyed: superseded for longer than any run can last, and pinned by no job of any region in which the secret
 * may be used. A secret of which one such region could not be looked at keeps all of its versions.
 * @param regions those whose jobs are given
 */
export function supersededVersions(
  secrets: readonly InventorySecret[],
  cloud: {
    readonly jobs: readonly Job[];
    readonly regions: readonly string[];
    readonly now: number;
  },
): SupersededVersion[] {
  const pins = cloud.jobs.flatMap(pinnedVersions);
  const pinned = new Set(pins.map(({ secret, version }) => `${secret}/${version}`));
  return secrets
    .filter((secret) => isSeenWhole(secret, cloud.regions))
    .flatMap((secret) =>
      secret.versions.flatMap(({ number, state }) => {
        const supersededAt = supersededSince(number, secret);
        const isNeeded =
          state === "DESTROYED" ||
          supersededAt === undefined ||
          cloud.now - supersededAt < KEPT_MS ||
          pinned.has(`${secret.id}/${number}`);
        if (isNeeded) return [];
        return [
          { credential: secret.credential, secret: secret.id, version: number, supersededAt },
        ];
      }),
    );
}

/** A secret that does not say where it is used may be used anywhere. */
function isSeenWhole({ annotations }: InventorySecret, regions: readonly string[]): boolean {
  const used = regionsOf(annotations);
  return used.length > 0 && used.every((region) => regions.includes(region));
}

/** When the next version of the same field was added. A version that no note names may be of any field. */
function supersededSince(
  version: string,
  { annotations, versions }: InventorySecret,
): number | undefined {
  const files = filesOf(annotations);
  const field = files[version];
  // A disabled version replaces nothing: whoever rolled back uses the one before.
  const later = versions
    .filter(({ state }) => state === "ENABLED")
    .filter(({ number }) => Number(number) > Number(version))
    .filter(({ number }) => field === undefined || (files[number] ?? field) === field)
    .map(({ createdAt }) => createdAt);
  return later.length === 0 ? undefined : Math.min(...later);
}
