import { artifactImage } from "./artifact-image.ts";
import { accountProject, grantCommand, readerCommand } from "./grant-command.ts";
import { beginningsOf } from "./readiness-accounts.ts";
import type { Remedy } from "./readiness-check.ts";

type Place = { readonly project: string; readonly projectNumber: string | undefined };

/** Lets the account of a job read the credentials that these secrets are of, now and after every change: as al doctor says it. */
export function letJobRead(account: string, secretIds: readonly string[], place: Place): Remedy {
  const gcloud = readerCommand(account, beginningsOf(secretIds), place);
  // What the module knows of other agents is not known here, and `agents` replaces all of it.
  return accountProject(account) === place.project
    ? {
        gcloud,
        terraform:
          "agents as al gcp init --print-terraform prints it; terraform apply  # google_project_iam_member.runner",
      }
    : { gcloud };
}

/** Lets somebody read the repository of an image; undefined for an image of another registry. */
export function letPull(image: string, principal: string, project: string): string | undefined {
  const repository = artifactImage(image)?.repository;
  return grantCommand(
    { on: "repository", role: "roles/artifactregistry.reader" },
    { project, principal, repository },
  );
}

/** Whom Cloud Run pulls images as (https://cloud.google.com/run/docs/deploying#other-projects). */
export const pullerOf = ({ project, projectNumber }: Place): string =>
  `service-${projectNumber ?? `$(gcloud projects describe ${project} --format='value(projectNumber)')`}@serverless-robot-prod.iam.gserviceaccount.com`;
