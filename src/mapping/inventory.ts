import type { Job } from "../gcp/types.ts";
import { pinnedVersions } from "./job-pins.ts";
import { isOurs } from "./ownership.ts";

type Version = { readonly number: string; readonly state: string; readonly createdAt: number };

/** A secret with its versions, as Secret Manager has them. */
export type InventorySecret = {
  readonly id: string;
  /** The ref of the credential whose copy it is. */
  readonly credential: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly versions: readonly Version[];
};

/** One of our secrets: for which credential, which of its versions are in use, and how many cost money. */
export type InventoryLine = {
  readonly credential: string;
  readonly secret: string;
  readonly versions: readonly (Version & {
    /** The jobs that refer to it: their ids, with the region before those of another one. */
    readonly jobs: readonly string[];
  })[];
  /** Enabled and disabled versions are billed (https://cloud.google.com/secret-manager/pricing). */
  readonly billed: number;
};

/** What is stored, for whom, and what is in use; sorted by credential, then by secret. */
export function inventory(
  secrets: readonly InventorySecret[],
  { jobs, region }: { readonly jobs: readonly Job[]; readonly region: string },
): InventoryLine[] {
  const users = usersOf(jobs.filter(isOurs), region);
  return secrets
    .map(({ id, credential, versions }) => ({
      credential,
      secret: id,
      versions: versions.map((version) => ({
        ...version,
        jobs: users.get(`${id}/${version.number}`) ?? [],
      })),
      billed: versions.filter(({ state }) => state !== "DESTROYED").length,
    }))
    .sort((a, b) => compareTexts(a.credential, b.credential) || compareTexts(a.secret, b.secret));
}

/** A job's id, with its region before it where that is not the one that is looked at. */
export function jobLabel(name: string, region: string): string {
  const [, , , home = "", , id = ""] = name.split("/");
  return home === region ? id : `${home}/${id}`;
}

function usersOf(jobs: readonly Job[], region: string): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const job of jobs) {
    const id = jobLabel(job.name ?? "", region);
    for (const { secret, version } of pinnedVersions(job)) {
      const key = `${secret}/${version}`;
      users.set(key, [...(users.get(key) ?? []), id]);
    }
  }
  return users;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
