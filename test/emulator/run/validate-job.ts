import type { Json } from "../core/handler.ts";
import { timeoutProblem } from "./durations.ts";
import { refuseNotModelled } from "./not-modelled.ts";
import { checkEnv } from "./validate-env.ts";
import { checkLabelsAndAnnotations } from "./validate-labels.ts";
import { checkMounts } from "./validate-mounts.ts";
import { checkNetworkAndKey } from "./validate-network.ts";
import { checkResources } from "./validate-resources.ts";
import { checkVolumes } from "./validate-volumes.ts";
import { Violations } from "./violations.ts";

const JOB_ID = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const IMAGE =
  /^[a-z0-9][a-z0-9._:-]*(\/[a-z0-9._-]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SERVICE_ACCOUNT = /^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/;

// https://cloud.google.com/run/quotas
const LARGEST_TASK_COUNT = 10_000;
const LARGEST_RETRIES = 10;
// gcloud, surface/run/jobs/create.py
const LARGEST_CONTAINER_COUNT = 10;

/** Refuses a job that Cloud Run would refuse at once. `job` has its defaults filled in. */
export function validateJob(
  job: Json,
  { request, jobId }: { request: "CreateJobRequest" | "UpdateJobRequest"; jobId: unknown },
): void {
  const violations = new Violations(request);
  checkJobId(jobId, violations);
  checkLabelsAndAnnotations(job, "job", violations);
  checkLabelsAndAnnotations(job.template, "job.template", violations);
  checkTaskCount(job.template, violations);
  checkTaskTemplate(job.template.template, violations);
  violations.raise();
  refuseNotModelled(job);
}

function checkJobId(jobId: unknown, violations: Violations): void {
  if (JOB_ID.test(String(jobId ?? ""))) return;
  // The wording of CreateServiceRequest.service_id, with the longer limit of jobs.
  violations.add(
    "job_id",
    "only lowercase, digits, and hyphens; must begin with letter, and cannot end with hyphen; must be less than 64 characters.",
  );
}

// gcloud, command_lib/run/flags.py: tasks >= 1, 0 <= parallelism <= tasks
function checkTaskCount({ taskCount, parallelism = 0 }: Json, violations: Violations): void {
  if (!isWithin(taskCount, 1, LARGEST_TASK_COUNT)) {
    violations.add("job.template.task_count", `must be between 1 and ${LARGEST_TASK_COUNT}.`);
  }
  if (!isWithin(parallelism, 0, taskCount)) {
    violations.add("job.template.parallelism", "must be between 0 and task_count.");
  }
}

function checkTaskTemplate(template: Json, violations: Violations): void {
  const at = "job.template.template";
  if (!isWithin(template.maxRetries, 0, LARGEST_RETRIES)) {
    violations.add(`${at}.max_retries`, `must be between 0 and ${LARGEST_RETRIES}.`);
  }
  const problem = timeoutProblem(template.timeout);
  if (problem !== undefined) violations.add(`${at}.timeout`, problem);
  if (!SERVICE_ACCOUNT.test(template.serviceAccount)) {
    violations.add(`${at}.service_account`, "must be the e-mail address of a service account.");
  }
  checkNetworkAndKey(template, violations);
  const volumes: Json[] = template.volumes ?? [];
  checkVolumes(volumes, violations);
  const containers: Json[] = template.containers ?? [];
  if (containers.length === 0 || containers.length > LARGEST_CONTAINER_COUNT) {
    violations.add(`${at}.containers`, `there must be 1 to ${LARGEST_CONTAINER_COUNT} containers.`);
  }
  for (const [index, container] of containers.entries()) {
    checkContainer(
      container,
      { container: index, volumes, isOnly: containers.length === 1 },
      violations,
    );
  }
}

function checkContainer(
  container: Json,
  place: { container: number; volumes: readonly Json[]; isOnly: boolean },
  violations: Violations,
): void {
  const at = `job.template.template.containers[${place.container}]`;
  if (container.image === undefined) violations.add(`${at}.image`, "must not be empty.");
  else if (!IMAGE.test(container.image))
    violations.add(`${at}.image`, "is not an image reference.");
  if (container.name !== undefined && !DNS_LABEL.test(container.name)) {
    violations.add(`${at}.name`, "must be a DNS label.");
  }
  checkEnv(container.env ?? [], { field: `${at}.env`, container: place.container }, violations);
  // With several containers the table holds for their sum; such jobs are refused below in any case.
  if (place.isOnly) checkResources(container.resources.limits, place.container, violations);
  checkMounts(container.volumeMounts ?? [], place, violations);
}

const isWithin = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
