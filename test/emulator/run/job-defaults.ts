import type { Json } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";

// Fields of a Job that the caller may set; the rest is output only and ignored on input (AIP-203).
const INPUT = [
  "labels",
  "annotations",
  "client",
  "clientVersion",
  "binaryAuthorization",
  "startExecutionToken",
  "runExecutionToken",
];

/**
 * The job with what the server fills in, as replies of the real service show it
 * (k8s-config-connector, runjob/_http.log at 5752d6c554 and f36383ddfe).
 */
export function withDefaults(job: Json, project: Project): Json {
  const given = Object.fromEntries(
    INPUT.filter((field) => job[field] !== undefined).map((field) => [field, job[field]]),
  );
  const execution: Json = job.template ?? {};
  const task: Json = execution.template ?? {};
  return {
    ...given,
    launchStage: "GA",
    template: {
      ...execution,
      taskCount: execution.taskCount || 1,
      template: taskTemplate(task, project),
    },
  };
}

function taskTemplate(task: Json, project: Project): Json {
  const containers: Json[] = task.containers ?? [];
  // One container gets 512Mi; each of several gets 256Mi.
  const memory = containers.length > 1 ? "256Mi" : "512Mi";
  return {
    ...task,
    containers: containers.map((container) => ({
      ...container,
      resources: {
        ...container.resources,
        limits: { cpu: "1000m", memory, ...container.resources?.limits },
      },
    })),
    executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
    // task_template.proto: max_retries is in a oneof, so that an explicit 0 differs from absence, which means 3.
    maxRetries: task.maxRetries ?? 3,
    serviceAccount:
      task.serviceAccount || `${project.number}-compute@developer.gserviceaccount.com`,
    timeout: task.timeout ?? "600s",
  };
}
