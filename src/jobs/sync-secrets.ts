import { MissingSecretError } from "../gcp/job-check.ts";
import { applySecrets, needsWriting, saveMemory } from "./apply-secrets.ts";
import { planRun, type RunNeeds, type RunRequest } from "./plan-run.ts";
import type { SecretStep } from "./secret-step.ts";

export type SyncedSecrets = {
  /** What was found before anything was written. */
  readonly found: readonly SecretStep[];
  /** The same with the version of every field. */
  readonly steps: readonly SecretStep[];
};

/**
 * Writes the secrets that changed, and nothing else.
 * @returns undefined when the signal aborted before anything was written
 */
export async function syncSecrets(
  request: RunRequest,
  needs: RunNeeds,
  cancel: AbortSignal,
): Promise<SyncedSecrets | undefined> {
  needs.report({ kind: "stage", stage: "sync", text: "Syncing secrets" });
  try {
    return await inspectAndApply(request, needs, cancel);
  } catch (error) {
    if (!(error instanceof MissingSecretError)) throw error;
    needs.report({ kind: "warning", text: `${error.message}; comparing all secrets anew` });
    needs.memory.forget();
    return inspectAndApply(request, needs, cancel);
  }
}

async function inspectAndApply(
  request: RunRequest,
  needs: RunNeeds,
  cancel: AbortSignal,
): Promise<SyncedSecrets | undefined> {
  const { google, memory, clock, report } = needs;
  const { region } = google.location;
  const { steps: found } = await planRun(request, needs);
  if (cancel.aborted) return undefined;
  const writing = found.filter((step) => needsWriting(step, region)).length;
  if (writing > 0) {
    const text = `Writing ${writing} of ${found.length} secrets`;
    report({ kind: "stage", stage: "sync", text });
  }
  const steps = await applySecrets(found, {
    secrets: google.secrets,
    locations: request.config.cloud.secretLocations,
    ...{ region, memory, clock, report },
  });
  await saveMemory(memory, report);
  return { found, steps };
}
