import { type AlError, ConfigError, TryAgainError } from "../errors.ts";
import type { Clock } from "../gcp/clock.ts";
import type { CallFailure } from "../gcp/google-call-error.ts";
import { CODE, hasCode } from "../gcp/google-call-error.ts";
import { explainJobCheck } from "../gcp/job-check.ts";
import { gcloudJob } from "../gcp/resource-names.ts";
import type { RunJobs } from "../gcp/run-jobs.ts";
import type { Job } from "../gcp/types.ts";
import type { JobPlan } from "../mapping/job-spec.ts";
import { isOurs, SPEC_ANNOTATION } from "../mapping/ownership.ts";

type Needs = {
  readonly jobs: Pick<RunJobs, "createJob" | "findJob" | "deleteJob">;
  readonly clock: Clock;
};

const POLL_MS = 1_000;
const LIMIT_MS = 5 * 60_000;

/**
 * Makes sure that the job is there and ready. A job that Cloud Run's checks refused is deleted again.
 * @param name full name of the job
 * @throws AlError saying why the job cannot be
 */
export async function ensureJob(plan: JobPlan, needs: Needs, name: string): Promise<void> {
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
    if (state === "CONDITION_FAILED") await needs.jobs.deleteJob(plan.jobId);
    else await needs.clock.sleep(POLL_MS);
  }
  throw new TryAgainError({
    what: `The job ${plan.jobId} is not ready after five minutes`,
    why: "another process is creating it, and Cloud Run has not finished checking it",
    remedy: "Run the command again.",
  });
}

async function create(plan: JobPlan, needs: Needs, name: string): Promise<"ready" | "exists"> {
  try {
    const refused = await needs.jobs.createJob(plan.jobId, plan.job);
    if (refused === undefined) return "ready";
    await needs.jobs.deleteJob(plan.jobId);
    throw refusal(refused, plan, name);
  } catch (error) {
    if (hasCode(error, CODE.alreadyExists)) return "exists";
    throw error;
  }
}

function refusal(failure: CallFailure, { job }: JobPlan, name: string): AlError {
  const task = job.template?.template;
  return explainJobCheck(failure, {
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
