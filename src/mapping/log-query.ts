/** The lines of one execution, and the system's word that its container ended. */
export function executionLogFilter(execution: {
  readonly project: string;
  readonly region: string;
  readonly jobId: string;
  readonly executionId: string;
  /** RFC 3339; entries before it are left out. */
  readonly since?: string;
}): string {
  const log = (id: string) =>
    quoted(`projects/${execution.project}/logs/run.googleapis.com%2F${id}`);
  const logs = ["stdout", "stderr", "varlog%2Fsystem"].map((id) => `logName=${log(id)}`);
  return [
    'resource.type="cloud_run_job"',
    `resource.labels.job_name=${quoted(execution.jobId)}`,
    `resource.labels.location=${quoted(execution.region)}`,
    `labels."run.googleapis.com/execution_name"=${quoted(execution.executionId)}`,
    `(${logs.join(" OR ")})`,
    ...(execution.since === undefined ? [] : [`timestamp>=${quoted(execution.since)}`]),
  ].join(" AND ");
}

const quoted = (text: string): string => JSON.stringify(text);
