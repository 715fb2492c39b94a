/** The APIs that a run uses, by host, with the names that Google's pages use. */
const RUN_APIS: Readonly<Record<string, string>> = {
  "run.googleapis.com": "Cloud Run Admin API",
  "secretmanager.googleapis.com": "Secret Manager API",
  "logging.googleapis.com": "Cloud Logging API",
  "iam.googleapis.com": "Identity and Access Management (IAM) API",
};
const ARTIFACTS = "artifactregistry.googleapis.com";
const CREDENTIALS = "iamcredentials.googleapis.com";

const TITLES: Readonly<Record<string, string>> = {
  ...RUN_APIS,
  [ARTIFACTS]: "Artifact Registry API",
  [CREDENTIALS]: "IAM Service Account Credentials API",
};

/** Hosts of the APIs that must be on. */
export const neededApis = (use: {
  /** Whether images lie in Artifact Registry. */
  readonly images: boolean;
  /** Whether al signs in by impersonation. */
  readonly impersonation: boolean;
}): string[] => [
  ...Object.keys(RUN_APIS),
  ...(use.images ? [ARTIFACTS] : []),
  ...(use.impersonation ? [CREDENTIALS] : []),
];

export const apiTitle = (host: string): string => TITLES[host] ?? host;
