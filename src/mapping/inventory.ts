import type { Job } from "../gcp/types.ts";
import { pinnedVersions } from "./job-pins.ts";
import { CREDENTIAL_ANNOTATION, isOurs } from "./ownership.ts";

type Version = { readonly number: string; readonly state: string; readonly createdAt: number };

/** A secret with its versions, as Secret Manager has them. */
export type InventorySecret = {
  readonly id: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly versions: readonly Version[];
};

/** One of our secrets: for which credential, which of its versions are in use, and how many cost money. */
export type InventoryLine = {
  readonly credential: string;
  readonly secret: string;
  readonly versions: readonly (Version & {
    /** Short ids of the jobs that refer to it. */
    readonly jobs: readonly string[];
  })[];
  /** Enabled and disabled versions are billed (https://cloud.google.com/secret-manager/pricing). */
  readonly billed: number;
};

/** What is stored, for whom, and what is in use; sorted by credential, then by secret. */
export function inventory(
  secrets: readonly InventorySecret[],
  jobs: readonly Job[],
): InventoryLine[] {
  const users = usersOf(jobs.filter(isOurs));
  return secrets
    .map(({ id, annotations, versions }) => ({
      credential: annotations[CREDENTIAL_ANNOTATION] ?? "",
      secret: id,
      versions: versions.map((version) => ({
        ...version,
        jobs: users.get(`${id}/${version.number}`) ?? [],
      })),
      billed: versions.filter(({ state }) => state !== "DESTROYED").length,
    }))
    .sort((a, b) => compareTexts(a.credential, b.credential) || compareTexts(a.secret, b.secret));
}

function usersOf(jobs: readonly Job[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const job of jobs) {
    const id = (job.name ?? "").split("/").at(-1) ?? "";
    for (const { secret, version } of pinnedVersions(job)) {
      const key = `${secret}/${version}`;
      users.set(key, [...(users.get(key) ?? []), id]);
    }
  }
  return users;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
