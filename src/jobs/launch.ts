import { AlError, ConfigError, TryAgainError } from "../errors.ts";
import { isMadeHere } from "../gcp/call.ts";
import type { Clock } from "../gcp/clock.ts";
import { CODE, GoogleCallError, hasCode } from "../gcp/google-call-error.ts";
import { gcloudCancel, gcloudJob } from "../gcp/resource-names.ts";
import type { RunExecutions } from "../gcp/run-executions.ts";
import type { RunJobs, StartedExecution } from "../gcp/run-jobs.ts";
import type { Execution, Overrides } from "../gcp/types.ts";
import type { JobPlan } from "../mapping/job-spec.ts";
import { RUN_ID_VARIABLE } from "../mapping/overrides.ts";
import { SPEC_ANNOTATION } from "../mapping/ownership.ts";
import { ensureJob, type JobNeeds } from "./ensure-job.ts";
import { type Report, withRemedy } from "./events.ts";

export type LaunchInput = {
  readonly plan: JobPlan;
  readonly overrides: Overrides;
  /** The value of AL_RUN_ID in the overrides. */
  readonly runId: string;
  /** Full name of the job. */
  readonly job: string;
};

export type LaunchNeeds = {
  readonly jobs: RunJobs;
  readonly executions: Pick<RunExecutions, "getExecution" | "listExecutions" | "cancelExecution">;
  readonly clock: Clock;
  readonly report: Report;
  readonly principal: JobNeeds["principal"];
  readonly findSecret: JobNeeds["findSecret"];
  readonly isJustWritten: JobNeeds["isJustWritten"];
  /** Called once before a job is created: @throws MissingSecretError when what is remembered of its secrets is wrong. */
  readonly requireSecrets: () => Promise<void>;
};

const SEARCH_MS = 90_000;
const SEARCH_PAUSE_MS = 3_000;
/** Times that RunJob is called again after it was definitely refused. */
const TRIES = 5;

/** Answers that prove that nothing was started. */
const REFUSED = [
  CODE.invalidArgument,
  CODE.notFound,
  CODE.permissionDenied,
  CODE.resourceExhausted,
  CODE.failedPrecondition,
  CODE.outOfRange,
  CODE.unimplemented,
  CODE.unauthenticated,
];

/**
 * Starts one execution at most, whatever fails: RunJob is sent again only after an answer that proves that nothing was started.
 * @returns the execution's full name, or undefined when the signal aborted before anything was started
 * @throws TryAgainError when nobody can tell within 90 seconds whether it was started
 */
export async function launch(
  input: LaunchInput,
  needs: LaunchNeeds,
  cancel: AbortSignal,
): Promise<string | undefined> {
  for (let tried = 1; ; tried += 1) {
    if (cancel.aborted) return undefined;
    const started = await attempt(input, needs);
    if ("name" in started) {
      await requireSpec(started, input, needs);
      return started.name;
    }
    if (tried === TRIES) throw started.refused;
    await prepare(started.refused, input, { ...needs, cancel }, tried);
  }
}

async function attempt(
  input: LaunchInput,
  needs: LaunchNeeds,
): Promise<StartedExecution | { readonly refused: GoogleCallError }> {
  needs.report({ kind: "stage", stage: "launch", text: `Launching ${input.plan.jobId}` });
  try {
    return await needs.jobs.runJob(input.plan.jobId, input.overrides);
  } catch (error) {
    // Signing in was refused: nothing was sent.
    if (error instanceof AlError && !(error instanceof GoogleCallError)) throw error;
    if (hasCode(error, ...REFUSED) && !isMadeHere(error)) return { refused: error };
    if (hasCode(error, CODE.unavailable) && neverSent(error)) throw error;
    const found = await search(input, needs);
    if (found === undefined) throw unknownStart(input, error);
    return { name: found.name ?? "", annotations: found.annotations ?? {} };
  }
}

/** grpc-js says so when there was no connection to send on. */
const neverSent = ({ detail }: GoogleCallError): boolean =>
  /^(Name resolution failed|No connection established)/.test(detail);

/** What makes a refused RunJob worth another try; throws the refusal where nothing does. */
async function prepare(
  refused: GoogleCallError,
  { plan, job }: LaunchInput,
  needs: LaunchNeeds & { readonly cancel: AbortSignal },
  tried: number,
): Promise<void> {
  // NOT_FOUND: never made, or collected since. FAILED_PRECONDITION: somebody is making it right now.
  if (refused.code === CODE.notFound || refused.code === CODE.failedPrecondition) {
    needs.report({ kind: "stage", stage: "prepare", text: `Preparing the job ${plan.jobId}` });
    if (tried === 1) await needs.requireSecrets();
    await ensureJob(plan, needs, job);
    // A ready job that is refused again is not seen everywhere yet.
    return tried === 1 ? undefined : needs.clock.sleep(1_000 * tried, needs.cancel);
  }
  if (refused.code !== CODE.resourceExhausted) throw refused;
  needs.report({ kind: "warning", text: `A quota is used up; trying again. ${refused.detail}` });
  return needs.clock.sleep(5_000 * 2 ** (tried - 1), needs.cancel);
}

/** Looks for the execution of a RunJob whose answer was lost. */
async function search(
  { job, runId }: LaunchInput,
  { executions, clock, report }: LaunchNeeds,
): Promise<Execution | undefined> {
  report({ kind: "warning", text: "The answer to the launch was lost; looking for the run." });
  let isDenied = false;
  for (const until = clock.now() + SEARCH_MS; clock.now() < until; ) {
    const found = await executions.listExecutions(job).catch((error: unknown) => {
      // Not there, not allowed, or away: whatever it is, it does not tell whether the run was started.
      if (!(error instanceof GoogleCallError)) throw error;
      if (hasCode(error, CODE.permissionDenied) && !isDenied) report(withRemedy(error));
      isDenied ||= hasCode(error, CODE.permissionDenied);
      return [];
    });
    const ours = found.find((execution) => carries(execution, runId));
    if (ours !== undefined) return ours;
    await clock.sleep(SEARCH_PAUSE_MS);
  }
  return undefined;
}

const carries = ({ template }: Execution, runId: string): boolean =>
  template?.containers?.[0]?.env?.some(
    ({ name, value }) => name === RUN_ID_VARIABLE && value === runId,
  ) ?? false;

function unknownStart({ job, runId }: LaunchInput, cause: unknown): TryAgainError {
  return new TryAgainError(
    {
      what: "Google did not say whether the run was started",
      why: `no execution of ${job} with ${RUN_ID_VARIABLE}=${runId} appeared within 90 seconds${cause instanceof Error ? `; the launch ended with: ${whyOf(cause)}` : ""}`,
      remedy: `Run the command again. A run that still appears is shown by: gcloud run jobs executions list --job=${gcloudJob(job)}`,
    },
    { cause },
  );
}

const whyOf = (error: Error): string =>
  "detail" in error && typeof error.detail === "string" ? error.detail : error.message;

/** The job's short id holds 8 characters of the hash; the answer must hold all of it. */
async function requireSpec(
  started: StartedExecution,
  { plan, job }: LaunchInput,
  { executions }: LaunchNeeds,
): Promise<void> {
  const answered = started.annotations[SPEC_ANNOTATION];
  const hash =
    answered ?? (await executions.getExecution(started.name)).annotations?.[SPEC_ANNOTATION];
  if (hash === plan.specHash) return;
  const cancelled = await executions.cancelExecution(started.name).then(
    () => true,
    () => false,
  );
  throw new ConfigError({
    what: `The job ${plan.jobId} is not the one that this agent needs; its execution ${cancelled ? "was cancelled" : "is still running"}`,
    why: `its ${SPEC_ANNOTATION} is not ${plan.specHash}`,
    remedy: [
      ...(cancelled ? [] : [gcloudCancel(started.name)]),
      `Look at it, and delete it if it is not needed: gcloud run jobs describe ${gcloudJob(job)}`,
    ].join("\n"),
  });
}
