import type { protos as logging } from "@google-cloud/logging-api";
import type { protos } from "@google-cloud/run";

/** Google's own messages, by Google's own names. */
export type Job = protos.google.cloud.run.v2.IJob;
export type EnvVar = protos.google.cloud.run.v2.IEnvVar;
export type Volume = protos.google.cloud.run.v2.IVolume;
export type VolumeMount = protos.google.cloud.run.v2.IVolumeMount;
export type VpcAccess = protos.google.cloud.run.v2.IVpcAccess;
export type Overrides = protos.google.cloud.run.v2.RunJobRequest.IOverrides;
export type Execution = protos.google.cloud.run.v2.IExecution;
export type Task = protos.google.cloud.run.v2.ITask;
export type Timestamp = protos.google.protobuf.ITimestamp;
export type Condition = protos.google.cloud.run.v2.ICondition;
export type LogEntry = logging.google.logging.v2.ILogEntry;
