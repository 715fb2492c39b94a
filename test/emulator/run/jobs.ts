import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";
import { checkEtag } from "./etag.ts";
import { createJob } from "./job-creation.ts";
import { removeJob } from "./job-deletion.ts";
import { jobPolicyHandlers } from "./job-policies.ts";
import { asAny, type JobRecord } from "./job-record.ts";
import { updateJob } from "./job-update.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import {
  inWordsOf,
  locationOf,
  missing,
  parseLocation,
  parseName,
  type ResourceName,
} from "./names.ts";
import type { RunContext } from "./run-context.ts";
import { runJob } from "./run-job.ts";

/** google.cloud.run.v2.Jobs. */
export function jobHandlers(context: RunContext): Readonly<Record<string, UnaryHandler>> {
  return {
    ...jobPolicyHandlers(context),
    CreateJob: (request, call) => createJob(context, request, call),
    UpdateJob: (request, call) => updateJob(context, request, call),
    GetJob: (request, call) => {
      const name = parseName(context.platform, request.name, "JOB");
      call.authorize("run.jobs.get", name.iam);
      return inWordsOf(name, getJob(context, name).toResource());
    },
    ListJobs: (request, call) => listJobs(context, request, call),
    DeleteJob: (request, call) => deleteJob(context, request, call),
    RunJob: (request, call) => {
      const name = parseName(context.platform, request.name, "JOB");
      call.authorize("run.jobs.run", name.iam);
      if (request.overrides !== undefined) {
        call.authorize("run.jobs.runWithOverrides", name.iam);
      }
      return runJob(context, { name, job: getJob(context, name), request, call });
    },
  };
}

/** The job, or Google's NOT_FOUND. */
function getJob({ store }: RunContext, name: ResourceName): JobRecord {
  const job = store.findJob(name.stored);
  if (job === undefined) throw missing(name, "JOB");
  return job;
}

function listJobs({ platform, store }: RunContext, request: Json, call: CallContext): Json {
  const parent = parseLocation(platform, request.parent);
  call.authorize("run.jobs.list", parent.iam);
  const jobs = store
    .listJobs({ showDeleted: request.showDeleted === true })
    .filter((job) => job.name.startsWith(`${parent.stored}/`));
  const { items, nextPageToken } = pageOf(jobs, request, LIST_LIMITS);
  const resources = items.map((job) => inWordsOf(parent, job.toResource()));
  return listReply("jobs", resources, nextPageToken);
}

function deleteJob(context: RunContext, request: Json, call: CallContext): Json {
  const name = parseName(context.platform, request.name, "JOB");
  call.authorize("run.jobs.delete", name.iam);
  const job = getJob(context, name);
  const { updateTime } = job.resource;
  checkEtag(request.etag, { name: job.name, updateTime });
  if (job.isDeleting) {
    throw new GoogleError("FAILED_PRECONDITION", `Resource '${name.ids[0]}' is being deleted.`);
  }
  const resource = asAny("Job", inWordsOf(name, job.toResource()));
  const operation = context.operations.start(locationOf(name), resource);
  if (request.validateOnly) operation.succeed(resource);
  else removeJob(context, { name, job, operation, principal: call.principal });
  return context.operations.get(operation.name);
}
