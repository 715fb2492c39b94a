import pLimit from "p-limit";
import { ConfigError, TryAgainError } from "../errors.ts";
import type { Google } from "../gcp/google.ts";
import { gcloudCancel, gcloudJob, regionOf, shortName } from "../gcp/resource-names.ts";
import type { StoredSecret } from "../gcp/secret-manager.ts";
import type { Job } from "../gcp/types.ts";
import { pinnedVersions } from "../mapping/job-pins.ts";
import { isFinished } from "../mapping/outcome.ts";
import { CREDENTIAL_ANNOTATION, isOurs } from "../mapping/ownership.ts";
import { regionsOf } from "../mapping/secret-notes.ts";
import { listJobsOf } from "./all-regions.ts";
import type { Report } from "./events.ts";
import { PARALLEL_CALLS } from "./inspect-secrets.ts";
import { ourSecrets } from "./secret-inventory.ts";

/** What removing a credential's copies takes away. */
export type RemovalPlan = {
  readonly credential: string;
  readonly secrets: readonly StoredSecret[];
  /** Idle jobs that refer to them; they could never run again. */
  readonly jobs: readonly Job[];
};

type WantedRemoval = {
  readonly credential: string;
  readonly secretPrefix: string;
  /** How every id of the credential begins. */
  readonly idBeginning: string;
  readonly remembered: readonly string[];
};

/**
 * Finds every copy of a credential under one prefix, and the jobs of all regions that refer to it. Lists lag behind, so secrets that jobs
 * refer to or that this machine remembers are asked for by name.
 * @throws TryAgainError while a run uses one of them, or where nobody can see whether one does; ConfigError when somebody else's job does
 */
export async function planRemoval(
  wanted: WantedRemoval,
  google: Google,
  report: Report,
): Promise<RemovalPlan> {
  const listed = await findListed(wanted, google);
  const seen = await listJobsOf(listed, google, report);
  const pinned = seen.jobs.flatMap(pinnedVersions).map(({ secret }) => secret);
  const missed = await findNamed(pinned, { wanted, known: listed }, google);
  const secrets = [...listed, ...missed].sort((a, b) => (a.id < b.id ? -1 : 1));
  // What was missed may name regions that nobody looked at yet.
  const { jobs, regions } = missed.length === 0 ? seen : await listJobsOf(secrets, google, report);
  requireSeen(wanted.credential, secrets, regions);
  const users = usersOf(secrets, jobs);
  refuseForeign(wanted.credential, users);
  await refuseRunning(wanted.credential, users, google);
  return { credential: wanted.credential, secrets, jobs: users };
}

async function findListed(wanted: WantedRemoval, google: Google): Promise<StoredSecret[]> {
  const listed = (await ourSecrets(wanted.secretPrefix, google)).filter(isOf(wanted));
  const missed = await findNamed(wanted.remembered, { wanted, known: listed }, google);
  return [...listed, ...missed];
}

/** Those of these names that are copies of the credential and not known yet. */
async function findNamed(
  names: readonly string[],
  { wanted, known }: { readonly wanted: WantedRemoval; readonly known: readonly StoredSecret[] },
  google: Google,
): Promise<StoredSecret[]> {
  const knownIds = new Set(known.map(({ id }) => id));
  const unknown = new Set(
    names.filter((id) => id.startsWith(wanted.idBeginning) && !knownIds.has(id)),
  );
  const manager = await google.secrets();
  const found = await Promise.all([...unknown].map((id) => manager.findSecret(id)));
  return found.filter((secret) => secret !== undefined).filter(isOf(wanted));
}

const isOf =
  ({ idBeginning, credential }: WantedRemoval) =>
  (secret: StoredSecret): boolean =>
    isOurs(secret) &&
    secret.id.startsWith(idBeginning) &&
    secret.annotations[CREDENTIAL_ANNOTATION] === credential;

/**
 * Deletes jobs before secrets, so that no job is left that would start without its files. Each job is looked at once more, since somebody may
 * have answered a question in between, and all jobs are once the planned ones are gone: another agent may have been run meanwhile.
 * @throws TryAgainError when a run was started meanwhile, or a job was made or changed; no secret is deleted then
 */
export async function carryOutRemoval(
  plan: RemovalPlan,
  google: Google,
  report: Report,
): Promise<void> {
  const limit = pLimit(PARALLEL_CALLS);
  const jobs = await google.jobs();
  await refuseRunning(plan.credential, plan.jobs, google);
  await Promise.all(
    plan.jobs.map(({ name, etag }) =>
      limit(() => jobs.in(regionOf(name ?? "")).deleteJob(shortName(name ?? ""), etag ?? "")),
    ),
  );
  await refuseNewUsers(plan, google, report);
  const secrets = await google.secrets();
  await Promise.all(plan.secrets.map((secret) => limit(() => secrets.deleteSecret(secret))));
}

async function refuseNewUsers(plan: RemovalPlan, google: Google, report: Report): Promise<void> {
  const { jobs, regions } = await listJobsOf(plan.secrets, google, report);
  requireSeen(plan.credential, plan.secrets, regions);
  const [user] = usersOf(plan.secrets, jobs);
  if (user === undefined) return;
  throw new TryAgainError({
    what: `A job was made meanwhile that uses the copies of ${plan.credential}: ${shortName(user.name ?? "")}`,
    why: "it would break without them; the idle jobs are deleted, the copies are kept",
    remedy: "Run the command again.",
  });
}

/** The jobs that refer to one of the secrets. */
function usersOf(secrets: readonly StoredSecret[], jobs: readonly Job[]): Job[] {
  const ids = new Set(secrets.map(({ id }) => id));
  return jobs.filter((job) => pinnedVersions(job).some(({ secret }) => ids.has(secret)));
}

/** A region that cannot be seen may run what uses the secret. */
function requireSeen(
  credential: string,
  secrets: readonly StoredSecret[],
  seen: readonly string[],
): void {
  const used = new Set(secrets.flatMap(({ annotations }) => regionsOf(annotations)));
  const unseen = [...used].filter((region) => !seen.includes(region));
  if (unseen.length === 0) return;
  throw new TryAgainError({
    what: `Nobody can tell whether a run uses the copies of ${credential}`,
    why: `the jobs of ${unseen.join(", ")} cannot be seen`,
    remedy: "Run the command again when they can, or with an account that may list them.",
  });
}

function refuseForeign(credential: string, users: readonly Job[]): void {
  const foreign = users.filter((job) => !isOurs(job)).map(({ name }) => name ?? "");
  if (foreign.length === 0) return;
  throw new ConfigError({
    what: `Jobs that are not al's use the copies of ${credential}: ${foreign.map(shortName).join(", ")}`,
    why: "they would break without them, and al never deletes what it did not make",
    remedy: foreign.map((job) => `gcloud run jobs describe ${gcloudJob(job)}`).join("\n"),
  });
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
