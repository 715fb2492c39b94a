import type { RunConfig } from "../config/config.ts";
import type { Credential } from "../credentials/credential.ts";
import type { Clock } from "../gcp/clock.ts";
import type { Google } from "../gcp/google.ts";
import type { Job } from "../gcp/types.ts";
import { injections } from "../mapping/environment.ts";
import { type JobPlan, planJob } from "../mapping/job-spec.ts";
import { type IsSecretIn, refuseConfiguredLeaks, refuseLeaks } from "../mapping/leak-guard.ts";
import { type Pins, planSecrets } from "../mapping/secret-plan.ts";
import type { Report } from "./events.ts";
import { inspectSecrets } from "./inspect-secrets.ts";
import { newestJobOf, previewSecrets } from "./preview.ts";
import { isComplete, pinsOf, type SecretStep, type VersionMemory } from "./secret-step.ts";

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
  return { steps, job: buildJob(request, pinsOf(steps), () => undefined) };
}

/** The same, with a closer look at what is there: for a plan that is shown and not carried out. */
export async function previewRun(request: RunRequest, needs: RunNeeds): Promise<RunPreview> {
  const { google } = needs;
  const steps = await previewSteps(request, needs);
  const job = buildJob(request, pinsOf(steps), () => undefined);
  const jobs = await google.jobs();
  const same = steps.every(isComplete) ? await jobs.findJob(job.jobId) : undefined;
  const before = same ?? (await newestJobOf(request.config.agent.name, jobs));
  return { steps, job, exists: same !== undefined, before };
}

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
  refuseLeaks(buildJob(request, new Map(), needs.report).job, request.isSecretIn);
  return inspectSecrets(wanted, { secrets: needs.google.secrets, memory: needs.memory });
}

/** @throws DataError or BugError when a credential's value is in what is to be sent */
export function guard(request: RunRequest, sent: unknown): void {
  refuseConfiguredLeaks(request, request.isSecretIn);
  refuseLeaks(sent, request.isSecretIn);
}

/** The job for these versions; collisions of variables are reported as warnings. */
export function buildJob({ config, credentials }: RunRequest, pins: Pins, report: Report): JobPlan {
  const injected = injections(credentials);
  for (const text of injected.warnings) report({ kind: "warning", text });
  return planJob({ ...config, credentials, injections: injected.injections, pins });
}
