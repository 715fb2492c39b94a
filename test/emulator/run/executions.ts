import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";
import { checkEtag } from "./etag.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { buryExecution } from "./job-deletion.ts";
import { asAny } from "./job-record.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { covers, inWordsOf, locationOf, missing, parseName, type ResourceName } from "./names.ts";
import type { RunContext } from "./run-context.ts";

/** google.cloud.run.v2.Executions. */
export function executionHandlers(context: RunContext): Readonly<Record<string, UnaryHandler>> {
  return {
    GetExecution: (request, call) => {
      const name = parseName(context.platform, request.name, "EXECUTION");
      call.authorize("run.executions.get", name.iam);
      return inWordsOf(name, getExecution(context, name).toResource());
    },
    ListExecutions: (request, call) => listExecutions(context, request, call),
    CancelExecution: (request, call) => {
      const name = parseName(context.platform, request.name, "EXECUTION");
      call.authorize("run.executions.cancel", name.iam);
      return cancelExecution(context, name, request);
    },
    DeleteExecution: (request, call) => {
      const name = parseName(context.platform, request.name, "EXECUTION");
      call.authorize("run.executions.delete", name.iam);
      return deleteExecution(context, name, request);
    },
  };
}

function getExecution({ store }: RunContext, name: ResourceName): ExecutionRecord {
  const execution = store.findExecution(name.stored);
  if (execution === undefined) throw missing(name, "EXECUTION");
  return execution;
}

/** The job of the parent may be `-`, which lists the executions of every job of the location. */
function listExecutions({ platform, store }: RunContext, request: Json, call: CallContext): Json {
  const parent = parseName(platform, request.parent, "JOB");
  const isAnyJob = parent.ids[0] === "-";
  const resource = isAnyJob ? parent.iam.split("/").slice(0, 4).join("/") : parent.iam;
  call.authorize("run.executions.list", resource);
  const executions = store
    .listExecutions({ showDeleted: request.showDeleted === true })
    .filter((execution) => covers(parent, execution.name));
  const { items, nextPageToken } = pageOf(executions, request, LIST_LIMITS);
  const resources = items.map((execution) => inWordsOf(parent, execution.toResource()));
  return listReply("executions", resources, nextPageToken);
}

function cancelExecution(context: RunContext, name: ResourceName, request: Json): Json {
  const execution = getExecution(context, name);
  checkEtag(request.etag, { name: execution.name, updateTime: execution.resource.updateTime });
  if (execution.phase === "completed") {
    throw new GoogleError(
      "FAILED_PRECONDITION",
      `Execution '${execution.id}' has completed and cannot be cancelled.`,
    );
  }
  return endExecution(context, { name, execution, request }, () =>
    execution.driver?.stop("CANCELLED"),
  );
}

function deleteExecution(context: RunContext, name: ResourceName, request: Json): Json {
  const execution = getExecution(context, name);
  checkEtag(request.etag, { name: execution.name, updateTime: execution.resource.updateTime });
  return endExecution(context, { name, execution, request }, () => {
    execution.driver?.stop("DELETED");
    execution.driver?.onEnd(() => buryExecution(context, execution));
  });
}

/** The operation of a cancellation or deletion, which ends when the execution has. */
function endExecution(
  context: RunContext,
  asked: { name: ResourceName; execution: ExecutionRecord; request: Json },
  act: () => void,
): Json {
  const { name, execution, request } = asked;
  const { platform, store, operations } = context;
  const resource = (): Json => asAny("Execution", inWordsOf(name, execution.toResource()));
  const operation = operations.start(locationOf(name), resource());
  if (request.validateOnly) {
    operation.succeed(resource());
    return operations.get(operation.name);
  }
  act();
  operation.update(resource());
  store.after(platform.clock, platform.operationDelayMs, () => {
    execution.driver?.onEnd(() => {
      operation.update(resource());
      operation.succeed(resource());
    });
  });
  return operations.get(operation.name);
}
