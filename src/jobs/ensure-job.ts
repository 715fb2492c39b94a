import { type AlError, ConfigError, TryAgainError } from "../errors.ts";
import type { Clock } from "../gcp/clock.ts";
import type { CallFailure } from "../gcp/google-call-error.ts";
import { CODE, GoogleCallError, hasCode } from "../gcp/google-call-error.ts";
import {
  DeniedSecretError,
  explainJobCheck,
  GoneVersionError,
  MissingSecretError,
} from "../gcp/job-check.ts";
import { gcloudJob } from "../gcp/resource-names.ts";
import type { RunJobs } from "../gcp/run-jobs.ts";
import type { StoredSecret } from "../gcp/secret-manager.ts";
import type { Job } from "../gcp/types.ts";
import type { JobPlan } from "../mapping/job-spec.ts";
import { isOurs, SPEC_ANNOTATION } from "../mapping/ownership.ts";
import type { Report } from "./events.ts";

export type JobNeeds = {
  readonly jobs: Pick<RunJobs, "createJob" | "findJob" | "deleteJob">;
  /** E-mail address of the caller, or what else al knows it by. */
  readonly principal: string;
  readonly clock: Clock;
  readonly report: Report;
  readonly findSecret: (id: string) => Promise<StoredSecret | undefined>;
  /** Whether this run added something to the secret. */
  readonly isJustWritten: (id: string) => boolean;
};

/** Grants take two minutes, seldom seven or more (https://cloud.google.com/iam/docs/access-change-propagation). */
const FRESH_MS = 10 * 60_000;
/** Longer than most grants take, and no longer than somebody waits who forgot the grant. */
const PATIENCE_MS = 150_000;
const PATIENCE_PAUSE_MS = 10_000;
const POLL_MS = 1_000;
const LIMIT_MS = 5 * 60_000;

/**
 * Makes sure that the job is there and ready. A job that Cloud Run's checks refused is deleted again.
 * @param name full name of the job
 * @throws AlError saying why the job cannot be
 */
export async function ensureJob(plan: JobPlan, needs: JobNeeds, name: string): Promise<void> {
  const giveUpAt = needs.clock.now() + LIMIT_MS;
  while (needs.clock.now() < giveUpAt) {
    const created = await create(plan, needs, name);
    if (created === "ready") return;
    const job = await needs.jobs.findJob(plan.jobId);
    if (job === undefined) continue;
    requireSame(job, plan, name);
    const state = job.terminalCondition?.state;
    if (state === "CONDITION_SUCCEEDED") return;
    // It failed the checks for somebody who could not delete it. They are made once, so a new job must be made.
    if (state === "CONDITION_FAILED") await removeAsSeen(plan.jobId, job, needs);
    else await needs.clock.sleep(POLL_MS);
  }
  throw new TryAgainError({
    what: `The job ${plan.jobId} is not ready after five minutes`,
    why: "another process is creating it, and Cloud Run has not finished checking it",
    remedy: "Run the command again.",
  });
}

async function create(plan: JobPlan, needs: JobNeeds, name: string): Promise<"ready" | "exists"> {
  const { clock, jobs } = needs;
  for (const until = clock.now() + PATIENCE_MS; ; ) {
    const refused = await jobs.createJob(plan.jobId, plan.job).catch((error: unknown) => {
      if (hasCode(error, CODE.alreadyExists)) return "exists" as const;
      throw error;
    });
    if (refused === undefined) return "ready";
    if (refused === "exists") return "exists";
    const error = refusal(refused, plan, { name, principal: needs.principal });
    await removeRefused(plan, error, needs);
    if (clock.now() >= until || !(await mayPass(error, needs))) throw error;
    needs.report({
      kind: "warning",
      text: `${error.message}; it is new, so al waits a moment and tries again`,
    });
    await clock.sleep(PATIENCE_PAUSE_MS);
  }
}

/** What hides the refusal itself must not be a second one. */
async function removeRefused(plan: JobPlan, error: AlError, needs: JobNeeds): Promise<void> {
  try {
    const job = await needs.jobs.findJob(plan.jobId);
    // Another process may have made a job of the same spec that is ready, and run it: only a refused one goes.
    if (job?.terminalCondition?.state === "CONDITION_FAILED")
      await removeAsSeen(plan.jobId, job, needs);
  } catch (failure) {
    if (!(failure instanceof GoogleCallError)) throw error;
    const text = `The refused job ${plan.jobId} could not be deleted: ${failure.detail}`;
    needs.report({ kind: "warning", text });
  }
}

/** Deletes the job unless somebody changed it since it was read: deleting a job ends its running executions. */
async function removeAsSeen(jobId: string, job: Job, { jobs }: JobNeeds): Promise<void> {
  await jobs.deleteJob(jobId, job.etag ?? "").catch((error: unknown) => {
    if (!hasCode(error, CODE.aborted, CODE.failedPrecondition)) throw error;
  });
}

/**
 * Whether the refusal is about a version or a secret so new that Google may not know it, or a grant on it, everywhere yet. When a grant on
 * an older secret was made, nobody here can see: reading policies is none of a run's rights.
 */
async function mayPass(
  error: AlError,
  { findSecret, isJustWritten, clock }: JobNeeds,
): Promise<boolean> {
  if (error instanceof GoneVersionError) return false;
  if (!(error instanceof MissingSecretError || error instanceof DeniedSecretError)) return false;
  if (error instanceof MissingSecretError && isJustWritten(error.secret)) return true;
  const secret = await findSecret(error.secret);
  return secret !== undefined && clock.now() - secret.createdAt < FRESH_MS;
}

function refusal(
  failure: CallFailure,
  { job }: JobPlan,
  { name, principal }: { readonly name: string; readonly principal: string },
): AlError {
  const task = job.template?.template;
  return explainJobCheck(failure, {
    principal,
    project: name.split("/")[1] ?? "",
    serviceAccount: task?.serviceAccount ?? "",
    image: task?.containers?.[0]?.image ?? "",
  });
}

function requireSame(job: Job, plan: JobPlan, name: string): void {
  if (isOurs(job) && job.annotations?.[SPEC_ANNOTATION] === plan.specHash) return;
  throw new ConfigError({
    what: `The job ${plan.jobId} exists and is not the one that this agent needs`,
    why: isOurs(job) ? "its spec is another" : "al did not make it",
    remedy: `Look at it, and delete it if it is not needed: gcloud run jobs describe ${gcloudJob(name)}`,
  });
}
