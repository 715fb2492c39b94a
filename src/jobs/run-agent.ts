import { randomBytes } from "node:crypto";
import type { Google } from "../gcp/google.ts";
import { GoogleCallError } from "../gcp/google-call-error.ts";
import { jobName, shortName } from "../gcp/resource-names.ts";
import type { Execution, Overrides } from "../gcp/types.ts";
import type { JobPlan } from "../mapping/job-spec.ts";
import { executionLogFilter } from "../mapping/log-query.ts";
import { type Outcome, outcomeOf } from "../mapping/outcome.ts";
import { runOverrides } from "../mapping/overrides.ts";
import { withRemedy } from "./events.ts";
import { LogFollower } from "./follow-logs.ts";
import { launch } from "./launch.ts";
import { guard, jobOf, type RunNeeds, type RunRequest } from "./plan-run.ts";
import { requireSameSecrets } from "./require-secrets.ts";
import { isComplete } from "./secret-step.ts";
import { comparingAnew, syncOnce } from "./sync-secrets.ts";
import { waitForExecution } from "./watch.ts";

/** A run that was started. */
export type StartedRun = {
  /** Full name of the execution. */
  readonly execution: string;
  readonly job: JobPlan;
};

/**
 * Writes the secrets that changed, and starts one execution.
 * @returns undefined when the signal aborted before anything was started
 */
export async function startRun(
  request: RunRequest,
  needs: RunNeeds,
  cancel: AbortSignal,
): Promise<StartedRun | undefined> {
  const { timeoutSeconds } = request.config.agent;
  const runId = randomBytes(8).toString("hex");
  const overrides = runOverrides({ prompt: request.prompt, runId, timeoutSeconds });
  const run = { runId, overrides, cancel };
  return comparingAnew(needs, () => syncAndLaunch(request, needs, run));
}

type RunParts = {
  readonly runId: string;
  readonly overrides: Overrides;
  readonly cancel: AbortSignal;
};

async function syncAndLaunch(
  request: RunRequest,
  needs: RunNeeds,
  { runId, overrides, cancel }: RunParts,
): Promise<StartedRun | undefined> {
  const { google, report, clock } = needs;
  const synced = await syncOnce(request, needs, cancel);
  if (synced === undefined || cancel.aborted) return undefined;
  const plan = jobOf(request, synced.steps, needs);
  guard(request, { job: plan.job, overrides });
  const job = jobName(google.location, plan.jobId);
  const clients = { jobs: await google.jobs(), executions: await google.executions() };
  const findSecret = async (id: string) => (await google.secrets()).findSecret(id);
  const written = new Set(
    synced.found.filter((step) => !isComplete(step)).map((step) => step.wanted.id),
  );
  const isJustWritten = (id: string) => written.has(id);
  const requireSecrets = () => requireSameSecrets(synced.steps, needs);
  const launching = launch(
    { plan, overrides, runId, job },
    {
      ...{ ...clients, principal: google.principal, clock, report },
      ...{ findSecret, isJustWritten, requireSecrets },
    },
    cancel,
  );
  // The log client takes a while to load; nothing else is to be done while the answer is on its way. Whether it loads
  // is the log reader's concern: a run that was started must never be lost over it.
  void Promise.allSettled([google.logs()]);
  const execution = await launching;
  if (execution === undefined) return undefined;
  report({ kind: "launched", execution });
  return { execution, job: plan };
}

/**
 * Shows the run's lines until it ends.
 * @returns undefined when the run was left to itself
 */
export async function followRun(
  run: StartedRun,
  needs: RunNeeds,
  signals: { readonly cancel: AbortSignal; readonly detach: AbortSignal },
): Promise<Outcome | undefined> {
  const { google, clock, report } = needs;
  const executions = await google.executions();
  const logs = new LogFollower(logFilter(run, google), { logs: google.logs, clock, report });
  report({ kind: "stage", stage: "run", text: "Running" });
  logs.start();
  try {
    const watching = { executions, clock, report };
    const interrupted = AbortSignal.any([signals.cancel, signals.detach]);
    let execution = await waitForExecution(run.execution, watching, interrupted);
    if (execution === undefined && signals.cancel.aborted) {
      report({ kind: "stage", stage: "cancel", text: "Cancelling" });
      await executions.cancelExecution(run.execution);
      execution = await waitForExecution(run.execution, watching);
    }
    if (execution === undefined) return undefined;
    await logs.finish();
    return await readOutcome(run.execution, execution, needs);
  } finally {
    await logs.close();
  }
}

/** Only a failed run's code is the task's; not being told it makes the outcome unknown, not another one. */
async function readOutcome(
  name: string,
  execution: Execution,
  { google, memory, report }: RunNeeds,
): Promise<Outcome> {
  const known = outcomeOf(execution, undefined);
  if (known.state === "succeeded" || known.state === "cancelled") return known;
  const executions = await google.executions();
  const task = await executions.findTask(name).catch((error: unknown) => {
    if (!(error instanceof GoogleCallError)) throw error;
    report(withRemedy(error));
    return undefined;
  });
  const outcome = outcomeOf(execution, task);
  if (outcome.state === "unknown" && /secret/i.test(outcome.reason)) {
    // A version that the job refers to is gone: what this machine remembers of it is wrong.
    memory.forget();
    await memory.save();
  }
  return outcome;
}

const logFilter =
  (run: StartedRun, { location }: Google) =>
  (since?: string): string =>
    executionLogFilter({
      ...location,
      jobId: run.job.jobId,
      executionId: shortName(run.execution),
      ...(since === undefined ? {} : { since }),
    });
