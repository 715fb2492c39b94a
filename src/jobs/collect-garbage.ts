import pLimit from "p-limit";
import type { Clock } from "../gcp/clock.ts";
import type { Google } from "../gcp/google.ts";
import { CODE, hasCode } from "../gcp/google-call-error.ts";
import { regionOf, shortName } from "../gcp/resource-names.ts";
import type { Job } from "../gcp/types.ts";
import { idleSince, KEPT_IDLE_MS, mayBeCollected } from "../mapping/idle-job.ts";
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

type Needs = { readonly google: Google; readonly clock: Clock; readonly report: Report };

/** Finds what nothing needs any more. Reads only. */
export async function findGarbage({ google, clock, report }: Needs): Promise<Garbage> {
  const secrets = await ourSecrets(google);
  const [seen, withVersions] = await Promise.all([
    listJobsOf(secrets, google, report),
    readVersions(secrets, google),
  ]);
  const jobs = await findIdle(seen.jobs, { google, clock });
  return { jobs, versions: supersededVersions(withVersions, without(jobs, seen, clock.now())) };
}

/**
 * Takes the garbage away: first the jobs, as they were seen, then every version that no job pins that is there by then.
 * @returns what was taken away; somebody may have begun to use some of it meanwhile
 */
export async function collect(garbage: Garbage, needs: Needs): Promise<Garbage> {
  const { google, clock, report } = needs;
  const limit = pLimit(PARALLEL_CALLS);
  const deleted = await Promise.all(
    garbage.jobs.map((job) => limit(async () => ((await deleteIdle(job, needs)) ? [job] : []))),
  );
  if (garbage.versions.length === 0) return { jobs: deleted.flat(), versions: [] };
  const manager = await google.secrets();
  const wanted = new Set(garbage.versions.map(({ secret }) => secret));
  const secrets = (await ourSecrets(google)).filter(({ id }) => wanted.has(id));
  const withVersions = await readVersions(secrets, google);
  const seen = await listJobsOf(secrets, google, report);
  const versions = supersededVersions(withVersions, { ...seen, now: clock.now() });
  await Promise.all(
    versions.map(({ secret, version }) => limit(() => manager.destroyVersion(secret, version))),
  );
  return { jobs: deleted.flat(), versions };
}

const without = (idle: readonly IdleJob[], { jobs, regions }: JobsByRegion, now: number) => {
  const names = new Set(idle.map(({ name }) => name));
  return { jobs: jobs.filter(({ name }) => !names.has(name ?? "")), regions, now };
};

async function findIdle(
  jobs: readonly Job[],
  { google, clock }: Pick<Needs, "google" | "clock">,
): Promise<IdleJob[]> {
  const candidates = jobs.filter((job) => mayBeCollected(job, clock.now()));
  const limit = pLimit(PARALLEL_CALLS);
  const found = await Promise.all(
    candidates.map((job) =>
      limit(async () => {
        const since = await readIdleSince(job, google);
        if (since === undefined || clock.now() - since < KEPT_IDLE_MS) return [];
        return [{ name: job.name ?? "", etag: job.etag ?? "", idleSince: since }];
      }),
    ),
  );
  return found.flat();
}

const readIdleSince = async (job: Job, google: Google): Promise<number | undefined> =>
  idleSince(job, await (await google.executions()).allExecutions(job.name ?? ""));

/** Deleting a job ends its executions, so it is looked at once more just before. */
async function deleteIdle({ name, etag }: IdleJob, { google, clock }: Needs): Promise<boolean> {
  const jobs = (await google.jobs()).in(regionOf(name));
  const job = await jobs.findJob(shortName(name));
  if (job === undefined || !mayBeCollected(job, clock.now())) return false;
  try {
    await jobs.deleteJob(shortName(name), etag);
    return true;
  } catch (error) {
    // Somebody changed it since it was read.
    if (hasCode(error, CODE.aborted, CODE.failedPrecondition)) return false;
    throw error;
  }
}
