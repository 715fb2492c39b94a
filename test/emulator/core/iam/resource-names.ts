import type { ResourceAttributes } from "./condition.ts";

/** `projects/N/locations/L/jobs/J` → itself, then every container of it up to the project. */
export function resourceAndContainers(name: string): string[] {
  const segments = name.split("/");
  const lengths = Array.from(segments, (_, index) => index + 1).reverse();
  return lengths
    .filter((length) => length % 2 === 0)
    .map((length) => segments.slice(0, length).join("/"));
}

/** The attributes that IAM conditions see (docs.cloud.google.com/iam/docs/conditions-resource-attributes). */
export function attributesOf(name: string): ResourceAttributes {
  const [, project, ...rest] = name.split("/");
  const collection = rest.at(-2);
  const [service, kind] = KINDS[collection ?? ""] ?? [];
  // What is created or listed in a project or a location is authorised on the project itself
  // (docs: rest/v1/projects.secrets/create, "permission on the specified resource parent").
  if (service === undefined || kind === undefined)
    return {
      name: `projects/${project}`,
      type: "cloudresourcemanager.googleapis.com/Project",
      service: "cloudresourcemanager.googleapis.com",
    };
  return { name, type: `${service}/${kind}`, service };
}

const KINDS: Readonly<Record<string, readonly [service: string, kind: string]>> = {
  secrets: ["secretmanager.googleapis.com", "Secret"],
  versions: ["secretmanager.googleapis.com", "SecretVersion"],
  jobs: ["run.googleapis.com", "Job"],
  executions: ["run.googleapis.com", "Execution"],
  tasks: ["run.googleapis.com", "Task"],
  operations: ["run.googleapis.com", "Operation"],
  serviceAccounts: ["iam.googleapis.com", "ServiceAccount"],
  repositories: ["artifactregistry.googleapis.com", "Repository"],
};
