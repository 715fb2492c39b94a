/** A region of a project: the parent of jobs. */
export type Location = { readonly project: string; readonly region: string };

export const locationName = ({ project, region }: Location): string =>
  `projects/${project}/locations/${region}`;

export const jobName = (location: Location, jobId: string): string =>
  `${locationName(location)}/jobs/${jobId}`;

/** The last segment of a resource name, e.g. the execution's id. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** The region in the full name of a job or an execution. */
export const regionOf = (name: string): string => name.split("/")[3] ?? "";

/** A job as gcloud's commands take it: its id and the flags that say where it is. */
export function gcloudJob(job: string): string {
  const [, project, , region, , id] = job.split("/");
  return `${id} --region=${region} --project=${project}`;
}

/** The command that shows all that Google knows of an execution. */
export function gcloudDescribe(execution: string): string {
  const [, project, , region] = execution.split("/");
  return `gcloud run jobs executions describe ${shortName(execution)} --region=${region} --project=${project}`;
}

/** The command that cancels an execution, for a person without `al` at hand. */
export function gcloudCancel(execution: string): string {
  const [, project, , region] = execution.split("/");
  return `gcloud run jobs executions cancel ${shortName(execution)} --region=${region} --project=${project}`;
}
