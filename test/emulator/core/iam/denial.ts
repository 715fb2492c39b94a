import { GoogleError } from "../google-error.ts";

/** PERMISSION_DENIED in the words of the service that the permission belongs to. */
export function denial(permission: string, resource: string): GoogleError {
  return new GoogleError("PERMISSION_DENIED", denialText(permission, resource), [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "IAM_PERMISSION_DENIED",
      domain: permission.startsWith("run.") ? "run.googleapis.com" : "iam.googleapis.com",
      metadata: { permission, resource },
    },
  ]);
}

function denialText(permission: string, resource: string): string {
  // Lower-case `serviceaccounts` as Cloud Run writes it (GoogleCloudPlatform/cloud-run-release-manager#81).
  if (permission === "iam.serviceAccounts.actAs")
    return `Permission 'iam.serviceaccounts.actAs' denied on service account ${resource.split("/").at(-1)} (or it may not exist).`;
  // googleapis/python-secret-manager#389, GoogleCloudPlatform/java-docs-samples#6571.
  if (permission.startsWith("secretmanager."))
    return `Permission '${permission}' denied for resource '${resource}' (or it may not exist).`;
  // Without the resource (google-github-actions/auth#340).
  if (permission === "iam.serviceAccounts.getAccessToken")
    return `Permission '${permission}' denied on resource (or it may not exist).`;
  // The name with its service in front, as in Cloud Audit Logs; the public refusals of this API look like this.
  if (permission.startsWith("artifactregistry."))
    return `Permission '${permission}' denied on resource '//artifactregistry.googleapis.com/${resource}' (or it may not exist).`;
  if (permission === "logging.logEntries.list") return "Permission denied for all log views";
  return `Permission '${permission}' denied on resource '${resource}' (or resource may not exist).`;
}
