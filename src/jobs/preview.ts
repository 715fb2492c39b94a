import type { RunJobs } from "../gcp/run-jobs.ts";
import type { SecretManager } from "../gcp/secret-manager.ts";
import type { Job } from "../gcp/types.ts";
import { AGENT_ANNOTATION, isOurs } from "../mapping/ownership.ts";
import type { VersionReader } from "./compare-versions.ts";
import { compare } from "./inspect-secrets.ts";
import type { SecretStep, VersionMemory } from "./secret-step.ts";

type Manager = VersionReader & Pick<SecretManager, "findSecret">;

/**
 * Looks at each secret that is to be created, for a plan that is shown: lists lag behind, and a name may be taken.
 * Reads only.
 */
export async function previewSecrets(
  steps: readonly SecretStep[],
  needs: { readonly secrets: () => Promise<Manager>; readonly memory: VersionMemory },
): Promise<SecretStep[]> {
  const shown: SecretStep[] = [];
  for (const step of steps) {
    shown.push(step.exists ? step : await look(step, await needs.secrets(), needs.memory));
  }
  return shown;
}

async function look(
  step: SecretStep,
  manager: Manager,
  memory: VersionMemory,
): Promise<SecretStep> {
  const stored = await manager.findSecret(step.wanted.id);
  if (stored === undefined) return step;
  return isOurs(stored) ? compare(step, stored, { manager, memory }) : { ...step, conflict: true };
}

/** The newest job that we made for an agent, to compare a plan with. */
export async function newestJobOf(
  agent: string,
  jobs: Pick<RunJobs, "listJobs">,
): Promise<Job | undefined> {
  const ours = (await jobs.listJobs()).filter(
    (job) => isOurs(job) && job.annotations?.[AGENT_ANNOTATION] === agent,
  );
  const age = (job: Job): number => Number(job.createTime?.seconds ?? 0);
  return ours.sort((a, b) => age(b) - age(a))[0];
}
