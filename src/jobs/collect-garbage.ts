import pLimit from "p-limit";
import type { Google } from "../gcp/google.ts";
import { CODE, GoogleCallError, hasCode } from "../gcp/google-call-error.ts";
import { regionOf, shortName } from "../gcp/resource-names.ts";
import type { Job } from "../gcp/types.ts";
import { idleSince, KEPT_IDLE_MS, mayBeCollected } from "../mapping/idle-job.ts";
import { pinnedVersions } from "../mapping/job-pins.ts";
import { type SupersededVersion, supersededVersions } from "../mapping/superseded.ts";
import { type JobsByRegion, listJobsOf } from "./all-regions.ts";
import type { Report } from "./events.ts";
import { PARALLEL_CALLS } from "./inspect-secrets.ts";
import { ourSecrets, readVersions } from "./secret-inventory.ts";

/** A job of ours that nobody ran for a day. */
type IdleJob = {
  /** Full name. */
  readonly name: string;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly idleSince: number;
};

export type Garbage = {
  readonly jobs: readonly IdleJob[];
  readonly versions: readonly SupersededVersion[];
};

/** What was taken away, and what Google refused. */
export type Collected = Garbage & { readonly failures: readonly GoogleCallError[] };

type Needs = {
  readonly google: Google;
  /** Secrets of another prefix, and jobs that use them, may be somebody else's. */
  readonly secretPrefix: string;
  /** Milliseconds since the epoch, by Google's clock. */
  readonly now: number;
  readonly report: Report;
};

/** Finds what nothing needs any more. Reads only. */
export async function findGarbage(needs: Needs): Promise<Garbage> {
  const secrets = await ourSecrets(needs.secretPrefix, needs.google);
  const [seen, withVersions] = await Promise.all([
    listJobsOf(secrets, needs.google, needs.report),
    readVersions(secrets, needs.google),
  ]);
  const jobs = await findIdle(seen.jobs, needs);
  return { jobs, versions: supersededVersions(withVersions, without(jobs, seen, needs.now)) };
}

/**
 * Takes the garbage away: first the jobs, as they were seen, then every version that no job pins that is there by then. What Google
 * refuses does not keep the rest from going.
 */
export async function collect(garbage: Garbage, needs: Needs): Promise<Collected> {
  const { google, now, report } = needs;
  const failures: GoogleCallError[] = [];
  const jobs = await each(garbage.jobs, (job) => deleteIdle(job, needs), failures);
  if (garbage.versions.length === 0) return { jobs, versions: [], failures };
  const manager = await google.secrets();
  const wanted = new Set(garbage.versions.map(({ secret }) => secret));
  const secrets = (await ourSecrets(needs.secretPrefix, google)).filter(({ id }) => wanted.has(id));
  const withVersions = await readVersions(secrets, google);
  const seen = await listJobsOf(secrets, google, report);
  const versions = await each(
    supersededVersions(withVersions, { ...seen, now }),
    ({ secret, version }) => manager.destroyVersion(secret, version).then(() => true),
    failures,
  );
  return { jobs, versions, failures };
}

/** Those of which the work was done. */
async function each<T>(
  items: readonly T[],
  work: (item: T) => Promise<boolean>,
  failures: GoogleCallError[],
): Promise<T[]> {
  const limit = pLimit(PARALLEL_CALLS);
  const done = await Promise.all(
    items.map((item) =>
      limit(() =>
        work(item).catch((error: unknown) => {
          if (!(error instanceof GoogleCallError)) throw error;
          failures.push(error);
          return false;
        }),
      ),
    ),
  );
  return items.filter((_item, index) => done[index]);
}

const without = (idle: readonly IdleJob[], { jobs, regions }: JobsByRegion, now: number) => {
  const names = new Set(idle.map(({ name }) => name));
  return { jobs: jobs.filter(({ name }) => !names.has(name ?? "")), regions, now };
};

async function findIdle(jobs: readonly Job[], needs: Needs): Promise<IdleJob[]> {
  const { google, secretPrefix, now } = needs;
  const candidates = jobs.filter(
    (job) => mayBeCollected(job, now) && usesOnly(job, `${secretPrefix}--`),
  );
  const limit = pLimit(PARALLEL_CALLS);
  const found = await Promise.all(
    candidates.map((job) =>
      limit(async () => {
        const since = await readIdleSince(job, google);
        if (since === undefined || now - since < KEPT_IDLE_MS) return [];
        return [{ name: job.name ?? "", etag: job.etag ?? "", idleSince: since }];
      }),
    ),
  );
  return found.flat();
}

const usesOnly = (job: Job, beginning: string): boolean =>
  pinnedVersions(job).every(({ secret }) => secret.startsWith(beginning));

const readIdleSince = async (job: Job, google: Google): Promise<number | undefined> =>
  idleSince(job, await (await google.executions()).allExecutions(job.name ?? ""));

/** Deleting a job ends its executions, so it is looked at once more just before. */
async function deleteIdle({ name, etag }: IdleJob, { google, now }: Needs): Promise<boolean> {
  const jobs = (await google.jobs()).in(regionOf(name));
  const job = await jobs.findJob(shortName(name));
  if (job === undefined || !mayBeCollected(job, now)) return false;
  try {
    await jobs.deleteJob(shortName(name), etag);
    return true;
  } catch (error) {
    // Somebody changed it since it was read.
    if (hasCode(error, CODE.aborted, CODE.failedPrecondition)) return false;
    throw error;
  }
}
