import type { Operation } from "../operations/operation-store.ts";
import { type CheckFailure, findCheckFailure } from "./job-checks.ts";
import { asAny, type JobRecord } from "./job-record.ts";
import { inWordsOf, type ResourceName } from "./names.ts";
import type { RunContext } from "./run-context.ts";

type Reconciliation = {
  readonly name: ResourceName;
  readonly job: JobRecord;
  readonly operation: Operation;
};

/** What follows the answer of CreateJob or UpdateJob: the checks, then Ready or not. A job that fails them stays. */
export function reconcile(context: RunContext, { name, job, operation }: Reconciliation): void {
  const { platform, store } = context;
  const { generation, template } = job.resource;
  store.after(platform.clock, platform.operationDelayMs, () => {
    const failure = findCheckFailure(context, name.project, template.template);
    // A job that was changed again, or whose deletion began, keeps the state that it got from that.
    if (job.resource.generation === generation) settle(job, failure, store.tick(platform.clock));
    const resource = asAny("Job", inWordsOf(name, job.toResource()));
    operation.update(resource);
    if (failure === undefined) operation.succeed(resource);
    else operation.fail(failure.status, failure.message);
  });
}

// The update time, and with it the etag, stays (recorded in k8s-config-connector, runjob/_http.log).
function settle(job: JobRecord, failure: CheckFailure | undefined, now: string): void {
  const { reconciling: _, ...resource } = job.resource;
  job.resource = {
    ...resource,
    observedGeneration: resource.generation,
    terminalCondition: {
      type: "Ready",
      state: failure === undefined ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED",
      ...(failure !== undefined && { message: failure.message }),
      lastTransitionTime: now,
      ...(failure !== undefined && { reason: failure.reason }),
    },
  };
}
