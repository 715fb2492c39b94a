import { GoogleError } from "../core/google-error.ts";
import type { Platform, Project } from "../core/platform.ts";

/** Full names carry the project number, whichever form the request used. */
export type SecretName = {
  readonly project: Project;
  readonly secretId: string;
  readonly name: string;
};
export type VersionName = SecretName & { readonly version: string; readonly versionName: string };

// resources.proto, CreateSecretRequest.secret_id: up to 255 letters, digits, hyphens and underscores.
const SECRET_ID = "[A-Za-z0-9_-]{1,255}";
const PROJECT_NAME = /^projects\/([^/]+)$/;
const SECRET_NAME = new RegExp(`^projects/([^/]+)/secrets/(${SECRET_ID})$`);
const VERSION_NAME = new RegExp(`^projects/([^/]+)/secrets/(${SECRET_ID})/versions/([^/]+)$`);
const REGIONAL_NAME = /^projects\/[^/]+\/locations\/[^/]+(\/|$)/;

export const isSecretId = (text: string): boolean => new RegExp(`^${SECRET_ID}$`).test(text);

export function parseProject(platform: Platform, parent: unknown): Project {
  const [, project = ""] = match(PROJECT_NAME, parent);
  return projectOf(platform, project);
}

export function parseSecretName(platform: Platform, name: unknown): SecretName {
  const [, project = "", secretId = ""] = match(SECRET_NAME, name);
  return secretNameIn(projectOf(platform, project), secretId);
}

export function parseVersionName(platform: Platform, name: unknown): VersionName {
  const [, project = "", secretId = "", version = ""] = match(VERSION_NAME, name);
  const secret = secretNameIn(projectOf(platform, project), secretId);
  return { ...secret, version, versionName: `${secret.name}/versions/${version}` };
}

export const secretNameIn = (project: Project, secretId: string): SecretName => ({
  project,
  secretId,
  name: `projects/${project.number}/secrets/${secretId}`,
});

function match(pattern: RegExp, name: unknown): RegExpExecArray {
  const text = String(name ?? "");
  // Regional secrets live behind another host (https://cloud.google.com/secret-manager/docs/samples/secretmanager-get-regional-secret).
  if (REGIONAL_NAME.test(text)) {
    throw new GoogleError("NOT_FOUND", "Regional secrets are not served by the global endpoint.");
  }
  const found = pattern.exec(text);
  // googleapis/nodejs-secret-manager#74
  if (found === null) {
    throw new GoogleError("INVALID_ARGUMENT", `Resource ID [${text}] is not in a valid format.`);
  }
  return found;
}

function projectOf(platform: Platform, idOrNumber: string): Project {
  const project = platform.findProject(idOrNumber);
  if (project === undefined) {
    throw new GoogleError(
      "PERMISSION_DENIED",
      `Permission denied on resource project ${idOrNumber} (or it may not exist).`,
    );
  }
  return project;
}
