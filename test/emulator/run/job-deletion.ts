import type { Operation } from "../operations/operation-store.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { asAny, type JobRecord } from "./job-record.ts";
import { covers, inWordsOf, type ResourceName } from "./names.ts";
import type { RunContext } from "./run-context.ts";

const RETENTION_MS = 30 * 24 * 3600 * 1000;

type Deletion = {
  readonly name: ResourceName;
  readonly job: JobRecord;
  readonly operation: Operation;
  readonly principal: string;
};

/**
 * Soft-deletes the job, which stops and deletes its executions (gcloud, surface/run/jobs/delete.py). The operation
 * ends when all of them have.
 */
export function removeJob(context: RunContext, deletion: Deletion): void {
  const { name, job, operation, principal } = deletion;
  const { platform, store } = context;
  job.resource = {
    ...job.resource,
    generation: String(Number(job.resource.generation) + 1),
    ...deletionTimes(context),
    lastModifier: principal,
    reconciling: true,
    terminalCondition: { ...job.resource.terminalCondition, state: "CONDITION_PENDING" },
  };
  operation.update(asAny("Job", inWordsOf(name, job.toResource())));
  const executions = store
    .listExecutions({ showDeleted: false })
    .filter((execution) => covers(name, execution.name));
  store.after(platform.clock, platform.operationDelayMs, () =>
    afterAll(executions, context, () => bury(context, deletion)),
  );
  for (const execution of executions) execution.driver?.stop("DELETED");
}

/** `deleteTime`, the `expireTime` 30 days later (recorded in k8s-config-connector), and a new `updateTime`. */
function deletionTimes({ platform, store }: RunContext): {
  deleteTime: string;
  expireTime: string;
  updateTime: string;
} {
  const deleteTime = store.tick(platform.clock);
  const expireTime = new Date(platform.clock.now() + RETENTION_MS).toISOString();
  return { deleteTime, expireTime, updateTime: deleteTime };
}

function afterAll(
  executions: readonly ExecutionRecord[],
  context: RunContext,
  then: () => void,
): void {
  let open = executions.length;
  if (open === 0) then();
  for (const execution of executions) {
    execution.driver?.onEnd(() => {
      buryExecution(context, execution);
      open -= 1;
      if (open === 0) then();
    });
  }
}

/** Marks a completed execution as deleted; lists show it only on request. */
export function buryExecution(context: RunContext, execution: ExecutionRecord): void {
  if (execution.resource.deleteTime !== undefined) return;
  execution.change(deletionTimes(context));
  context.store.buryExecution(execution);
}

function bury(context: RunContext, { name, job, operation }: Deletion): void {
  const { platform, store } = context;
  const { reconciling: _, ...resource } = job.resource;
  const now = store.tick(platform.clock);
  job.resource = {
    ...resource,
    observedGeneration: resource.generation,
    updateTime: now,
    terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED", lastTransitionTime: now },
  };
  store.buryJob(job);
  platform.policies.remove(name.iam);
  const deleted = asAny("Job", inWordsOf(name, job.toResource()));
  operation.update(deleted);
  operation.succeed(deleted);
}
