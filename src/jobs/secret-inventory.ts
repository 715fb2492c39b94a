import pLimit from "p-limit";
import { TryAgainError } from "../errors.ts";
import type { Google } from "../gcp/google.ts";
import { gcloudCancel, regionOf, shortName } from "../gcp/resource-names.ts";
import type { StoredSecret } from "../gcp/secret-manager.ts";
import type { Job } from "../gcp/types.ts";
import { type InventoryLine, type InventorySecret, inventory } from "../mapping/inventory.ts";
import { pinnedVersions } from "../mapping/job-pins.ts";
import { isFinished } from "../mapping/outcome.ts";
import { CREDENTIAL_ANNOTATION, isOurs, MANAGED_BY } from "../mapping/ownership.ts";
import { listJobsOf } from "./all-regions.ts";
import type { Report } from "./events.ts";
import { PARALLEL_CALLS } from "./inspect-secrets.ts";

/** Our secrets of the project, and which of their versions jobs of any region refer to. Reads only. */
export async function listSecrets(google: Google, report: Report): Promise<InventoryLine[]> {
  const secrets = await ourSecrets(google);
  const [{ jobs }, withVersions] = await Promise.all([
    listJobsOf(secrets, google, report),
    readVersions(secrets, google),
  ]);
  return inventory(withVersions, { jobs, region: google.location.region });
}

export const ourSecrets = async (google: Google): Promise<StoredSecret[]> =>
  (await google.secrets()).listByLabel(MANAGED_BY.key, MANAGED_BY.value);

export async function readVersions(
  secrets: readonly StoredSecret[],
  google: Google,
): Promise<InventorySecret[]> {
  const manager = await google.secrets();
  const limit = pLimit(PARALLEL_CALLS);
  return Promise.all(
    secrets.map(({ id, annotations }) =>
      limit(async () => ({
        id,
        annotations,
        credential: annotations[CREDENTIAL_ANNOTATION] ?? "",
        versions: await manager.versions(id),
      })),
    ),
  );
}

/** What removing a credential's copies takes away. */
export type RemovalPlan = {
  readonly secrets: readonly StoredSecret[];
  /** Full names of idle jobs that refer to them; they could never run again. */
  readonly jobs: readonly string[];
};

type WantedRemoval = {
  readonly credential: string;
  /** How every id of the credential begins. */
  readonly idBeginning: string;
  readonly remembered: readonly string[];
};

/**
 * Finds every copy of a credential under one prefix, and the jobs of all regions that refer to it. Lists lag behind, so secrets that jobs
 * refer to or that this machine remembers are asked for by name.
 * @throws TryAgainError while a run uses one of them
 */
export async function planRemoval(
  wanted: WantedRemoval,
  google: Google,
  report: Report,
): Promise<RemovalPlan> {
  const listed = await ourSecrets(google);
  const allJobs = (await listJobsOf(listed, google, report)).jobs.filter(isOurs);
  const known = new Set(listed.map(({ id }) => id));
  const named = [
    ...allJobs.flatMap(pinnedVersions).map(({ secret }) => secret),
    ...wanted.remembered,
  ];
  const unlisted = new Set(
    named.filter((id) => id.startsWith(wanted.idBeginning) && !known.has(id)),
  );
  const manager = await google.secrets();
  const found = await Promise.all([...unlisted].map((id) => manager.findSecret(id)));
  const secrets = [...listed, ...found.filter((secret) => secret !== undefined)].filter(
    (secret) =>
      isOurs(secret) &&
      // Another prefix is how a teammate keeps copies apart.
      secret.id.startsWith(wanted.idBeginning) &&
      secret.annotations[CREDENTIAL_ANNOTATION] === wanted.credential,
  );
  const ids = new Set(secrets.map(({ id }) => id));
  const jobs = allJobs.filter((job) => pinnedVersions(job).some(({ secret }) => ids.has(secret)));
  await refuseRunning(wanted.credential, jobs, google);
  return {
    secrets: secrets.sort((a, b) => (a.id < b.id ? -1 : 1)),
    jobs: jobs.map(({ name }) => name ?? ""),
  };
}

/** Deletes jobs before secrets, so that no job is left that would start without its files. */
export async function carryOutRemoval(plan: RemovalPlan, google: Google): Promise<void> {
  const limit = pLimit(PARALLEL_CALLS);
  const jobs = await google.jobs();
  await Promise.all(
    plan.jobs.map((job) => limit(() => jobs.in(regionOf(job)).deleteJob(shortName(job)))),
  );
  const secrets = await google.secrets();
  await Promise.all(plan.secrets.map((secret) => limit(() => secrets.deleteSecret(secret))));
}

async function refuseRunning(
  credential: string,
  jobs: readonly Job[],
  google: Google,
): Promise<void> {
  const executions = await google.executions();
  for (const { name } of jobs) {
    const running = await executions.findUnfinished(name ?? "", isFinished);
    if (running === undefined) continue;
    throw new TryAgainError({
      what: `A run uses the copies of ${credential}: ${shortName(running.name ?? "")}`,
      why: "files of a secret are read while the agent runs, so removing them would break it",
      remedy: `Wait until it has ended, or cancel it, and run the command again: ${gcloudCancel(running.name ?? "")}`,
    });
  }
}
