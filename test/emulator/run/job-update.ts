import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json } from "../core/handler.ts";
import { PENDING } from "./conditions.ts";
import { checkEtag } from "./etag.ts";
import { addJob, checkActAs } from "./job-creation.ts";
import { withDefaults } from "./job-defaults.ts";
import { reconcile } from "./job-reconciliation.ts";
import { asAny, JobRecord } from "./job-record.ts";
import { inWordsOf, locationOf, missing, parseName, type ResourceName } from "./names.ts";
import type { RunContext } from "./run-context.ts";
import { validateJob } from "./validate-job.ts";

/**
 * UpdateJob: replaces the whole spec, since job.proto's UpdateJobRequest has no mask: what the request leaves out
 * goes back to its default.
 */
export function updateJob(context: RunContext, request: Json, call: CallContext): Json {
  const given: Json = request.job ?? {};
  const name = parseName(context.platform, given.name, "JOB");
  authorizeUpdate(name, request, call);
  const existing = context.store.findJob(name.stored);
  if (existing === undefined && !request.allowMissing) throw missing(name, "JOB");
  const spec = withDefaults(given, name.project);
  validateJob(spec, { request: "UpdateJobRequest", jobId: name.ids[0] });
  checkActAs(context, { call, project: name.project, spec });
  const change = { name, spec, principal: call.principal, isTrial: request.validateOnly };
  if (existing === undefined) return addJob(context, change);
  const { updateTime } = existing.resource;
  checkEtag(given.etag, { name: existing.name, updateTime });
  if (existing.isDeleting) {
    throw new GoogleError("FAILED_PRECONDITION", `Resource '${name.ids[0]}' is being deleted.`);
  }
  return changeJob(context, existing, change);
}

// job.proto, UpdateJobRequest.allow_missing: the caller must hold both permissions if it is set.
function authorizeUpdate(name: ResourceName, request: Json, call: CallContext): void {
  call.authorize("run.jobs.update", name.iam);
  if (request.allowMissing) {
    call.authorize("run.jobs.create", name.iam.split("/").slice(0, 4).join("/"));
  }
}

function changeJob(
  context: RunContext,
  job: JobRecord,
  change: { name: ResourceName; spec: Json; principal: string; isTrial: boolean | undefined },
): Json {
  const { name } = change;
  const changed = changedResource(context, job, change);
  const shown = new JobRecord({ name: job.name, sequence: job.sequence, resource: changed });
  shown.executionCount = job.executionCount;
  shown.latest = job.latest;
  const resource = asAny("Job", inWordsOf(name, shown.toResource()));
  const operation = context.operations.start(locationOf(name), resource);
  if (change.isTrial) {
    operation.succeed(resource);
  } else {
    job.resource = changed;
    reconcile(context, { name, job, operation });
  }
  return context.operations.get(operation.name);
}

function changedResource(
  { store, platform }: RunContext,
  { resource }: JobRecord,
  { spec, principal }: { spec: Json; principal: string },
): Json {
  const { name, uid, createTime, creator, generation, observedGeneration } = resource;
  return {
    ...{ name, uid, ...spec, createTime, creator },
    generation: String(Number(generation) + 1),
    ...(observedGeneration !== undefined && { observedGeneration }),
    updateTime: store.tick(platform.clock),
    lastModifier: principal,
    reconciling: true,
    terminalCondition: PENDING,
  };
}
