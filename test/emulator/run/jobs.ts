import { randomUUID } from "node:crypto";
import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";
import { PENDING } from "./conditions.ts";
import { checkEtag } from "./etag.ts";
import { withDefaults } from "./job-defaults.ts";
import { removeJob } from "./job-deletion.ts";
import { reconcile } from "./job-reconciliation.ts";
import { asAny, JobRecord } from "./job-record.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import {
  childOf,
  inWordsOf,
  locationOf,
  missing,
  parseLocation,
  parseName,
  type ResourceName,
} from "./names.ts";
import type { RunContext } from "./run-context.ts";
import { runJob } from "./run-job.ts";
import { validateJob } from "./validate-job.ts";

/** google.cloud.run.v2.Jobs, without UpdateJob and IAM policies. */
export function jobHandlers(context: RunContext): Readonly<Record<string, UnaryHandler>> {
  return {
    CreateJob: (request, call) => createJob(context, request, call),
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

function createJob(context: RunContext, request: Json, call: CallContext): Json {
  const parent = parseLocation(context.platform, request.parent);
  const name = childOf(parent, String(request.jobId ?? ""));
  // On the location, like every creation: a condition on names cannot bound it.
  call.authorize("run.jobs.create", parent.iam);
  const spec = withDefaults(request.job ?? {}, parent.project);
  validateJob(request.jobId, spec);
  checkActAs(context, {
    call,
    project: parent.project,
    email: spec.template.template.serviceAccount,
  });
  if (context.store.findJob(name.stored) !== undefined) {
    throw new GoogleError("ALREADY_EXISTS", `Resource '${request.jobId}' already exists.`);
  }
  const job = newJob(context, name, spec, call.principal);
  const resource = asAny("Job", inWordsOf(name, job.toResource()));
  const operation = context.operations.start(locationOf(name), resource);
  if (request.validateOnly) {
    operation.succeed(resource);
  } else {
    context.store.addJob(job);
    reconcile(context, { name, job, operation });
  }
  return context.operations.get(operation.name);
}

function newJob(
  { store, platform }: RunContext,
  name: ResourceName,
  spec: Json,
  principal: string,
): JobRecord {
  const createTime = store.tick(platform.clock);
  return new JobRecord({
    name: name.stored,
    sequence: store.nextSequence(),
    resource: {
      name: name.stored,
      uid: randomUUID(),
      generation: "1",
      ...spec,
      createTime,
      updateTime: createTime,
      creator: principal,
      lastModifier: principal,
      reconciling: true,
      terminalCondition: PENDING,
    },
  });
}

// https://cloud.google.com/run/docs/troubleshooting: the text for an account that is unknown or may not be used.
function checkActAs(
  { platform }: RunContext,
  { call, project, email }: { call: CallContext; project: Project; email: string },
): void {
  if (!platform.knowsServiceAccount(email)) {
    throw new GoogleError(
      "PERMISSION_DENIED",
      `Permission 'iam.serviceaccounts.actAs' denied on service account ${email} (or it may not exist).`,
    );
  }
  const ownerId = /@([a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
  const owner = (ownerId === undefined ? undefined : platform.findProject(ownerId)) ?? project;
  call.authorize("iam.serviceAccounts.actAs", `projects/${owner.number}/serviceAccounts/${email}`);
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
