import type { RunConfig } from "../config/config.ts";
import type { Credential } from "../credentials/credential.ts";
import type { Clock } from "../gcp/clock.ts";
import type { Google } from "../gcp/google.ts";
import type { Job } from "../gcp/types.ts";
import { injections } from "../mapping/environment.ts";
import { type JobPlan, planJob } from "../mapping/job-spec.ts";
import { type IsSecretIn, refuseConfiguredLeaks, refuseLeaks } from "../mapping/leak-guard.ts";
import { isOurs, SPEC_ANNOTATION } from "../mapping/ownership.ts";
import { planSecrets } from "../mapping/secret-plan.ts";
import type { Report } from "./events.ts";
import { inspectSecrets } from "./inspect-secrets.ts";
import { newestJobOf, previewSecrets } from "./preview.ts";
import { isComplete, pinsOf, type SecretStep, timesOf, type VersionMemory } from "./secret-step.ts";

/** Everything that one run is made of. */
export type RunRequest = {
  readonly config: RunConfig;
  readonly credentials: readonly Credential[];
  readonly prompt: string;
  /** Whether a text holds the value of one of the credentials, such as `createMask(credentials).isIn`. */
  readonly isSecretIn: IsSecretIn;
};

export type RunNeeds = {
  readonly google: Google;
  readonly memory: VersionMemory;
  readonly clock: Clock;
  readonly report: Report;
};

/** What a run would do. */
export type RunPlan = {
  readonly steps: readonly SecretStep[];
  readonly job: JobPlan;
};

/** What a run would do, beside what is there. */
export type RunPreview = RunPlan & {
  /** Whether exactly this job is there already. */
  readonly exists: boolean;
  /** This job, or the agent's newest other one. */
  readonly before: Job | undefined;
};

/** Finds out what a run would do, with reads only. */
export async function planRun(request: RunRequest, needs: RunNeeds): Promise<RunPlan> {
  const steps = await inspect(request, needs);
  return { steps, job: jobOf(request, steps, needs) };
}

/** The same, with a closer look at what is there: for a plan that is shown and not carried out. */
export async function previewRun(request: RunRequest, needs: RunNeeds): Promise<RunPreview> {
  const { google } = needs;
  const steps = await previewSteps(request, needs);
  const job = jobOf(request, steps, needs);
  const jobs = await google.jobs();
  const named = steps.every(isComplete) ? await jobs.findJob(job.jobId) : undefined;
  const same = named !== undefined && isUsable(named, job) ? named : undefined;
  const before = same ?? (await newestJobOf(request.config.agent.name, jobs));
  return { steps, job, exists: same !== undefined, before };
}

/** Whether a run would use it: a job of that name may be somebody else's, or one that failed its checks. */
const isUsable = (there: Job, { specHash }: JobPlan): boolean =>
  isOurs(there) &&
  there.annotations?.[SPEC_ANNOTATION] === specHash &&
  there.terminalCondition?.state !== "CONDITION_FAILED";

/** The secrets of `previewRun` alone. */
export async function previewSteps(request: RunRequest, needs: RunNeeds): Promise<SecretStep[]> {
  const { google, memory } = needs;
  return previewSecrets(await inspect(request, needs), { secrets: google.secrets, memory });
}

async function inspect(request: RunRequest, needs: RunNeeds): Promise<SecretStep[]> {
  const wanted = planSecrets(request.credentials, request.config.cloud.secretPrefix);
  // Before the spec is built: what Cloud Run would refuse is quoted.
  refuseConfiguredLeaks(request, request.isSecretIn);
  // Building the spec refuses what Cloud Run would refuse, before anything is asked or written.
  refuseLeaks(draftJob(request, needs.report), request.isSecretIn);
  return inspectSecrets(wanted, { secrets: needs.google.secrets, memory: needs.memory });
}

/** @throws DataError or BugError when a credential's value is in what is to be sent */
export function guard(request: RunRequest, sent: unknown): void {
  refuseConfiguredLeaks(request, request.isSecretIn);
  refuseLeaks(sent, request.isSecretIn);
}

/** The job for the versions of these secrets. */
export function jobOf(
  { config, credentials }: RunRequest,
  steps: readonly SecretStep[],
  { memory }: Pick<RunNeeds, "memory">,
): JobPlan {
  const secrets = { pins: pinsOf(steps), createdAt: timesOf(steps, memory) };
  const injected = injections(credentials).injections;
  return planJob({ ...config, credentials, injections: injected, ...secrets });
}

/** The job without versions; collisions of variables are reported as warnings. */
function draftJob({ config, credentials }: RunRequest, report: Report): Job {
  const injected = injections(credentials);
  for (const text of injected.warnings) report({ kind: "warning", text });
  const pins = new Map();
  return planJob({ ...config, credentials, injections: injected.injections, pins }).job;
}
