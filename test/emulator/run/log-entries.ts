import type { Json } from "../core/handler.ts";
import type { OutputStream } from "../executor/executor.ts";
import { fieldsOfLine } from "./structured-line.ts";

/** Which attempt of which task wrote. */
export type LogSource = {
  readonly projectId: string;
  readonly location: string;
  readonly job: string;
  readonly execution: string;
  readonly taskIndex: number;
  readonly attempt: number;
  readonly instanceId: string;
};

/** A line of the container; a plain one has no severity, whichever stream it came by. */
export function lineEntry(
  source: LogSource,
  line: { stream: OutputStream; text: string; timestamp: string },
): Json {
  const { labels, ...fields } = fieldsOfLine(line.text);
  const entry = entryOf(source, line.stream, line.timestamp);
  return { ...entry, ...fields, labels: { ...labels, ...entry.labels } };
}

/** What Cloud Run itself says about the container. */
export function systemEntry(
  source: LogSource,
  said: { severity: "INFO" | "WARNING" | "ERROR"; text: string; timestamp: string },
): Json {
  const entry = entryOf(source, "varlog%2Fsystem", said.timestamp);
  return { ...entry, severity: said.severity, textPayload: said.text };
}

// Resource, log names and labels: gcloud (surface/run/jobs/logs/read.py, …/executions/logs/read.py).
function entryOf(source: LogSource, log: string, timestamp: string): Json {
  return {
    logName: `projects/${source.projectId}/logs/run.googleapis.com%2F${log}`,
    resource: {
      type: "cloud_run_job",
      labels: {
        project_id: source.projectId,
        location: source.location,
        job_name: source.job,
      },
    },
    timestamp,
    // Times are unique, so the id is too; it sorts like the time does.
    insertId: `${timestamp.replace(/\D/g, "")}-${source.instanceId.slice(0, 8)}`,
    labels: {
      "run.googleapis.com/execution_name": source.execution,
      "run.googleapis.com/task_index": String(source.taskIndex),
      "run.googleapis.com/task_attempt": String(source.attempt),
      instanceId: source.instanceId,
    },
  };
}
