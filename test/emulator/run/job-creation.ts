import { randomUUID } from "node:crypto";
import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";
import { PENDING } from "./conditions.ts";
import { withDefaults } from "./job-defaults.ts";
import { reconcile } from "./job-reconciliation.ts";
import { asAny, JobRecord } from "./job-record.ts";
import { childOf, inWordsOf, locationOf, parseLocation, type ResourceName } from "./names.ts";
import type { RunContext } from "./run-context.ts";
import { validateJob } from "./validate-job.ts";

/** CreateJob: the job at once, and an operation that tells whether it became Ready. */
export function createJob(context: RunContext, request: Json, call: CallContext): Json {
  const parent = parseLocation(context.platform, request.parent);
  const name = childOf(parent, String(request.jobId ?? ""));
  // On the location, like every creation: a condition on names cannot bound it.
  call.authorize("run.jobs.create", parent.iam);
  const spec = withDefaults(request.job ?? {}, parent.project);
  validateJob(spec, { request: "CreateJobRequest", jobId: request.jobId });
  checkActAs(context, { call, project: parent.project, spec });
  if (context.store.findJob(name.stored) !== undefined) {
    throw new GoogleError("ALREADY_EXISTS", `Resource '${request.jobId}' already exists.`);
  }
  return addJob(context, { name, spec, principal: call.principal, isTrial: request.validateOnly });
}

/** Adds a job that was checked, or only shows it; answers the operation. */
export function addJob(
  context: RunContext,
  made: { name: ResourceName; spec: Json; principal: string; isTrial: boolean | undefined },
): Json {
  const { name } = made;
  const job = newJob(context, made);
  const resource = asAny("Job", inWordsOf(name, job.toResource()));
  const operation = context.operations.start(locationOf(name), resource);
  if (made.isTrial) {
    operation.succeed(resource);
  } else {
    context.store.addJob(job);
    reconcile(context, { name, job, operation });
  }
  return context.operations.get(operation.name);
}

function newJob(
  { store, platform }: RunContext,
  { name, spec, principal }: { name: ResourceName; spec: Json; principal: string },
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

/**
 * Throws unless the caller may let a job run as the account of the spec; the text is that for an account that is
 * unknown or may not be used (https://cloud.google.com/run/docs/troubleshooting).
 */
export function checkActAs(
  { platform }: RunContext,
  { call, project, spec }: { call: CallContext; project: Project; spec: Json },
): void {
  const email: string = spec.template.template.serviceAccount;
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
