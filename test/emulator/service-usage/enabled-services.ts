import { GoogleError } from "../core/google-error.ts";
import type { Project } from "../core/platform.ts";

/** The emulated APIs by host, with the titles that Google's texts use. */
export const SERVICE_TITLES: Readonly<Record<string, string>> = {
  "artifactregistry.googleapis.com": "Artifact Registry API",
  "cloudresourcemanager.googleapis.com": "Cloud Resource Manager API",
  "iam.googleapis.com": "Identity and Access Management (IAM) API",
  "iamcredentials.googleapis.com": "IAM Service Account Credentials API",
  "logging.googleapis.com": "Cloud Logging API",
  "run.googleapis.com": "Cloud Run Admin API",
  "secretmanager.googleapis.com": "Secret Manager API",
  "serviceusage.googleapis.com": "Service Usage API",
};

/** Which APIs each project has enabled; all of them until somebody says otherwise. */
export class EnabledServices {
  readonly #enabled = new Map<string, Set<string>>();

  isEnabled(project: Project, service: string): boolean {
    return this.#enabled.get(project.number)?.has(service) ?? true;
  }

  /** Exactly these from now on. */
  replace(project: Project, services: readonly string[]): void {
    this.#enabled.set(project.number, new Set(services));
  }

  enable(project: Project, services: readonly string[]): void {
    const enabled = this.#enabled.get(project.number);
    for (const service of services) enabled?.add(service);
  }

  /** Throws PERMISSION_DENIED as Google does for a call of an API that is not enabled. */
  check(project: Project, service: string): void {
    if (!this.isEnabled(project, service)) throw disabled(project.number, service);
  }
}

// Text: Cloud Run's and Secret Manager's troubleshooting pages, googleapis/nodejs-secret-manager#58.
function disabled(number: string, service: string): GoogleError {
  const title = SERVICE_TITLES[service] ?? service;
  const url = `https://console.developers.google.com/apis/api/${service}/overview?project=${number}`;
  return new GoogleError(
    "PERMISSION_DENIED",
    `${title} has not been used in project ${number} before or it is disabled. Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    [
      {
        "@type": "type.googleapis.com/google.rpc.Help",
        links: [{ description: "Google developers console API activation", url }],
      },
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "SERVICE_DISABLED",
        domain: "googleapis.com",
        metadata: {
          service,
          serviceTitle: title,
          consumer: `projects/${number}`,
          containerInfo: number,
          activationUrl: url,
        },
      },
    ],
  );
}
