import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

const JOB = ["binaryAuthorization", "startExecutionToken", "runExecutionToken"];
const TASK_TEMPLATE = ["nodeSelector", "gpuZonalRedundancyDisabled"];
const CONTAINER = [
  "sourceCode",
  "ports",
  "livenessProbe",
  "startupProbe",
  "readinessProbe",
  "dependsOn",
  "baseImageUri",
];
const VOLUME = ["cloudSqlInstance", "emptyDir", "nfs", "gcs"];

/**
 * Refuses what Cloud Run has and the emulator does not. To accept it without effect would let a spec pass here
 * that behaves differently there.
 */
export function refuseNotModelled(job: Json): void {
  const template: Json = job.template?.template ?? {};
  const containers: Json[] = template.containers ?? [];
  refuse(job, JOB, "Job");
  refuse(template, TASK_TEMPLATE, "TaskTemplate");
  for (const volume of template.volumes ?? []) refuse(volume, VOLUME, "Volume");
  for (const container of containers) {
    refuse(container, CONTAINER, "Container");
    for (const mount of container.volumeMounts ?? []) refuse(mount, ["subPath"], "VolumeMount");
    if (container.resources?.limits?.["nvidia.com/gpu"] !== undefined) throw notModelled("GPUs");
  }
  if (containers.length > 1) throw notModelled("jobs with more than one container");
}

function refuse(message: Json, fields: readonly string[], type: string): void {
  const used = fields.find((field) => message[field] !== undefined);
  if (used !== undefined) throw notModelled(`${type}.${used}`);
}

const notModelled = (what: string): GoogleError =>
  new GoogleError("UNIMPLEMENTED", `The emulator does not model ${what}.`);
