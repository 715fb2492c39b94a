import type { Job } from "../gcp/types.ts";
import { pinnedVersions } from "./job-pins.ts";

type Version = { readonly number: string; readonly state: string; readonly createdAt: number };

/** A secret with its versions, as Secret Manager has them. */
export type InventorySecret = {
  readonly id: string;
  /** The ref of the credential whose copy it is. */
  readonly credential: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** In how many places each version is kept, and billed. */
  readonly locations: number;
  readonly versions: readonly Version[];
};

/** One of our secrets: for which credential, which of its versions are in use, and how many cost money. */
export type InventoryLine = {
  readonly credential: string;
  readonly secret: string;
  readonly versions: readonly (Version & {
    /** The jobs that refer to it: their ids, with the region before those of another one. */
    readonly jobs: readonly string[];
    /** When the first of these jobs was made, in milliseconds since the epoch; null where nothing uses it. */
    readonly inUseSince: number | null;
  })[];
  /** Enabled and disabled versions are billed, in each location (https://cloud.google.com/secret-manager/pricing). */
  readonly billed: number;
};

/** What is stored, for whom, and what is in use, whoever made the job that uses it; sorted by credential, then by secret. */
export function inventory(
  secrets: readonly InventorySecret[],
  { jobs, region }: { readonly jobs: readonly Job[]; readonly region: string },
): InventoryLine[] {
  const users = usersOf(jobs);
  return secrets
    .map(({ id, credential, locations, versions }) => ({
      credential,
      secret: id,
      versions: versions.map((version) => {
        const using = [
          ...(users.get(`${id}/${version.number}`) ?? []),
          ...(version.number === newestOf(versions) ? (users.get(`${id}/latest`) ?? []) : []),
        ];
        return { ...version, ...useOf(using, region) };
      }),
      billed: versions.filter(({ state }) => state !== "DESTROYED").length * locations,
    }))
    .sort((a, b) => compareTexts(a.credential, b.credential) || compareTexts(a.secret, b.secret));
}

/** What Secret Manager takes for `latest`. */
const newestOf = (versions: readonly Version[]): string =>
  String(Math.max(...versions.map(({ number }) => Number(number))));

function useOf(jobs: readonly Job[], region: string) {
  const made = jobs.map(({ createTime }) => Number(createTime?.seconds ?? 0) * 1000);
  return {
    jobs: jobs.map(({ name }) => jobLabel(name ?? "", region)),
    inUseSince: made.length === 0 ? null : Math.min(...made),
  };
}

/** A job's id, with its region before it where that is not the one that is looked at. */
export function jobLabel(name: string, region: string): string {
  const [, , , home = "", , id = ""] = name.split("/");
  return home === region ? id : `${home}/${id}`;
}

function usersOf(jobs: readonly Job[]): Map<string, Job[]> {
  const users = new Map<string, Job[]>();
  for (const job of jobs) {
    for (const { secret, version } of pinnedVersions(job)) {
      const key = `${secret}/${version}`;
      users.set(key, [...(users.get(key) ?? []), job]);
    }
  }
  return users;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
