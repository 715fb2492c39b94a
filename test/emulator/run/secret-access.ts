import type { RunContext } from "./run-context.ts";
import type { SecretReference } from "./secret-reference.ts";

/** A payload, or why there is none, in the words Cloud Run uses after the place of the reference. */
export type SecretAccess = { readonly payload: Buffer } | { readonly problem: string };

/** Reads a secret version as the job's service account would. */
export function accessSecret(
  context: Pick<RunContext, "platform" | "secrets">,
  reference: SecretReference,
  serviceAccount: string,
): SecretAccess {
  const { platform, secrets } = context;
  const { secretName, version, versionName } = reference;
  if (!platform.isAllowed(serviceAccount, "secretmanager.versions.access", versionName)) {
    // hashicorp/terraform-provider-google#15088 and others; "Revision" is what it says for jobs too.
    return {
      problem: `Permission denied on secret: ${versionName} for Revision service account ${serviceAccount}. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.`,
    };
  }
  const found = secrets.find(secretName, platform.clock.now())?.resolve(version);
  if (found === undefined) return { problem: `Secret ${versionName} was not found` };
  if (found.payload !== undefined) return { payload: found.payload };
  return { problem: `Secret Version [${found.name}] is in ${found.state} state.` };
}
