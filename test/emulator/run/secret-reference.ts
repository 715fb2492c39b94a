import type { Json } from "../core/handler.ts";
import type { Platform, Project } from "../core/platform.ts";

/** A secret version as a job names it, with the project number where the project is known. */
export type SecretReference = {
  readonly secretName: string;
  readonly version: string;
  readonly versionName: string;
};

// k8s.min.proto, SecretKeySelector.secret: the short id, or a full name for another project.
const SHORT = /^[A-Za-z0-9_-]{1,255}$/;
const FULL = /^projects\/([^/]+)\/secrets\/([A-Za-z0-9_-]{1,255})$/;
const VERSION = /^(\d+|[A-Za-z][A-Za-z0-9_-]{0,62})$/;

export type ReferenceProblem = { readonly field: string; readonly description: string };

/** What is wrong with `secret` and `version`, whether or not they exist. */
export function secretReferenceProblem(reference: Json | undefined): ReferenceProblem | undefined {
  return (
    secretProblem(String(reference?.secret ?? "")) ??
    versionProblem(String(reference?.version ?? ""))
  );
}

export function secretProblem(secret: string): ReferenceProblem | undefined {
  if (secret === "") return { field: ".secret", description: "must not be empty." };
  // https://cloud.google.com/run/docs/configuring/services/secrets: regional secrets are not supported.
  if (/^projects\/[^/]+\/locations\//.test(secret)) {
    return { field: ".secret", description: "regional secrets are not supported." };
  }
  if (SHORT.test(secret) || FULL.test(secret)) return undefined;
  return {
    field: ".secret",
    description: "must be {secret} or projects/{project}/secrets/{secret}.",
  };
}

// gcloud (command_lib/run/secrets_mapping.py) says that the server refuses a reference without a version.
export function versionProblem(version: string): ReferenceProblem | undefined {
  if (version === "") return { field: ".version", description: "must not be empty." };
  if (VERSION.test(version)) return undefined;
  return { field: ".version", description: "must be a number, 'latest' or an alias." };
}

/** The full names of what a job in this project refers to. */
export function referenceOf(
  platform: Platform,
  project: Project,
  { secret, version }: { secret: string; version: string },
): SecretReference {
  const [, writtenProject, writtenId] = FULL.exec(secret) ?? [];
  const owner =
    writtenProject === undefined
      ? project.number
      : (platform.findProject(writtenProject)?.number ?? writtenProject);
  const secretName = `projects/${owner}/secrets/${writtenId ?? secret}`;
  return { secretName, version, versionName: `${secretName}/versions/${version}` };
}
