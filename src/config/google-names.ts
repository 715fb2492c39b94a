import { z } from "zod";

/** Names that Google Cloud gives meaning to, each with what to say of a text that is none; in files and in flags alike. */

export const region = z
  .string()
  .regex(/^[a-z]+-[a-z]+[0-9]+$/, 'is not a region such as "us-central1"');

/**
 * https://cloud.google.com/resource-manager/docs/creating-managing-projects; the older form with a domain, "example.com:my-project",
 * is written in another way in e-mail addresses, in image names and in Terraform.
 */
export const projectId = z.string().superRefine((text, context) => {
  if (/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(text)) return;
  context.addIssue({ code: "custom", message: notAnId(text) });
});

function notAnId(text: string): string {
  if (/^[0-9]+$/.test(text))
    return "is a project's number; its id is needed, as gcloud projects list shows it";
  if (/^[a-z0-9.-]+:[a-z0-9-]+$/.test(text))
    return "is a project with a domain in its id, where al cannot run agents";
  return "is not a project's id: 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last";
}

/** User-made accounts, and those that Google makes for a project (https://cloud.google.com/iam/docs/service-account-types). */
export const serviceAccount = z
  .string()
  .regex(
    /^([a-z0-9][a-z0-9-]*@([a-z][a-z0-9.-]*\.iam|developer)|[a-z0-9][a-z0-9.-]*@appspot)\.gserviceaccount\.com$/,
    "is not a service account's e-mail address",
  );
