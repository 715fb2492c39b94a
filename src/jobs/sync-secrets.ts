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
  return comparingAnew(needs, () => syncOnce(request, needs, cancel));
}

/** Does the work, and once more without what this machine remembers of secrets, where that proved wrong. */
export async function comparingAnew<T>(
  { memory, report }: Pick<RunNeeds, "memory" | "report">,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MissingSecretError)) throw error;
    report({ kind: "warning", text: `${error.message}; comparing all secrets anew` });
    memory.forget();
    return work();
  }
}

/**
 * The same, believing what this machine remembers.
 * @throws MissingSecretError where that proves wrong
 */
export async function syncOnce(
  request: RunRequest,
  needs: RunNeeds,
  cancel: AbortSignal,
): Promise<SyncedSecrets | undefined> {
  const { google, memory, clock, report } = needs;
  const { region } = google.location;
  report({ kind: "stage", stage: "sync", text: "Syncing secrets" });
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
