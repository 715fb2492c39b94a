import { randomInt, randomUUID } from "node:crypto";
import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json } from "../core/handler.ts";
import { checkEtag } from "./etag.ts";
import { ExecutionLifecycle } from "./execution-lifecycle.ts";
import { ExecutionRecord } from "./execution-record.ts";
import { asAny, type JobRecord } from "./job-record.ts";
import { childOf, inWordsOf, locationOf, type ResourceName } from "./names.ts";
import { withOverrides } from "./overrides.ts";
import type { RunContext } from "./run-context.ts";
import { TaskRecord } from "./task-record.ts";

type Asked = {
  readonly name: ResourceName;
  readonly job: JobRecord;
  readonly request: Json;
  readonly call: CallContext;
};

/** RunJob on a job that exists: a new execution, whose name is in the metadata of the operation at once. */
export function runJob(context: RunContext, { name, job, request, call }: Asked): Json {
  checkEtag(request.etag, { name: job.name, updateTime: job.resource.updateTime });
  if (!job.isReady) {
    throw new GoogleError("FAILED_PRECONDITION", `Job '${name.ids[0]}' is not ready to be run.`);
  }
  const template = withOverrides(job.resource.template, request.overrides);
  const execution = newExecution(context, { name, template, creator: call.principal });
  const resource = asAny("Execution", inWordsOf(name, execution.toResource()));
  const operation = context.operations.start(locationOf(name), resource);
  if (request.validateOnly) {
    operation.succeed(resource);
  } else {
    context.store.addExecution(execution);
    job.executionCount += 1;
    job.latest = execution;
    const lifecycle = new ExecutionLifecycle(context, execution, operation);
    execution.driver = lifecycle;
    lifecycle.begin();
  }
  return context.operations.get(operation.name);
}

function newExecution(
  { store, platform }: RunContext,
  made: { name: ResourceName; template: Json; creator: string },
): ExecutionRecord {
  const { labels, annotations, taskCount, parallelism, template } = made.template;
  const jobId = made.name.ids[0] ?? "";
  const resourceName = childOf(made.name, `${jobId}-${suffix()}`);
  const createTime = store.tick(platform.clock);
  return new ExecutionRecord({
    resourceName,
    sequence: store.nextSequence(),
    tasks: Array.from({ length: taskCount }, (_, index) => new TaskRecord({ index, createTime })),
    resource: {
      name: resourceName.stored,
      uid: randomUUID(),
      creator: made.creator,
      generation: "1",
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      createTime,
      updateTime: createTime,
      launchStage: "GA",
      job: jobId,
      // 0 and absence mean as many as possible (execution_template.proto).
      parallelism: Math.min(parallelism || taskCount, taskCount),
      taskCount,
      template: structuredClone(template),
      reconciling: true,
      conditions: [{ type: "Completed", state: "CONDITION_PENDING" }],
      logUri: logUriOf(resourceName),
    },
  });
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Five characters, as in `planqtn-jobs-q5mr7` (a reply recorded in planqtn/planqtn). */
const suffix = (): string =>
  Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");

function logUriOf({ project, location, ids: [job, execution] }: ResourceName): string {
  const filter = [
    'resource.type="cloud_run_job"',
    `resource.labels.job_name="${job}"`,
    `resource.labels.location="${location}"`,
    `labels."run.googleapis.com/execution_name"="${execution}"`,
  ].map((term) => term.replaceAll('"', "%22").replaceAll("=", "%3D"));
  return `https://console.cloud.google.com/logs/viewer?project=${project.id}&advancedFilter=${filter.join("%0A")}`;
}
