import type { Google } from "../gcp/google.ts";
import { MissingSecretError } from "../gcp/job-check.ts";
import { listOurs } from "./list-ours.ts";
import type { SecretStep, VersionMemory } from "./secret-step.ts";

/**
 * Makes sure that the secrets which were answered from memory are still the same ones: a secret that was deleted and made anew counts
 * its versions from one again, and a remembered number then means another value. Asked before a job is created, not for each run: whoever
 * removes secrets with `al` removes the jobs that pin them first.
 * @throws MissingSecretError when one is gone or another
 */
export async function requireSameSecrets(
  steps: readonly SecretStep[],
  { google, memory }: { readonly google: Google; readonly memory: VersionMemory },
): Promise<void> {
  const remembered = steps.filter(({ isChecked }) => !isChecked).map(({ wanted }) => wanted.id);
  if (remembered.length === 0) return;
  const manager = await google.secrets();
  const byId = await listOurs(manager);
  for (const id of remembered) {
    // Lists lag behind: what is missing there is asked for by name.
    const stored = byId.get(id) ?? (await manager.findSecret(id));
    if (stored?.createdAt !== memory.of(id).createdAt) throw changed(id);
  }
}

const changed = (id: string): MissingSecretError =>
  new MissingSecretError(id, {
    what: `The secret ${id} is not the one that this machine knew`,
    why: "it was deleted, and perhaps made anew, by somebody else",
    remedy: "Run the command again; the secret is then compared anew.",
  });
