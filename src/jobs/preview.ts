import pLimit from "p-limit";
import type { RunJobs } from "../gcp/run-jobs.ts";
import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import type { Job } from "../gcp/types.ts";
import { AGENT_ANNOTATION, isOurs } from "../mapping/ownership.ts";
import type { VersionReader } from "./compare-versions.ts";
import { absent, compare, PARALLEL_CALLS } from "./inspect-secrets.ts";
import { listOurs } from "./list-ours.ts";
import type { SecretStep, VersionMemory } from "./secret-step.ts";

type Manager = VersionReader & Pick<SecretManager, "findSecret" | "listByLabel">;

/**
 * Looks at each secret, whatever this machine remembers, for a plan that is shown: it may be gone, made anew, or somebody else's. Lists lag
 * behind, so what is missing there is asked for by name. Reads only.
 */
export async function previewSecrets(
  steps: readonly SecretStep[],
  needs: { readonly secrets: () => Promise<Manager>; readonly memory: VersionMemory },
): Promise<SecretStep[]> {
  if (steps.length === 0) return [];
  const manager = await needs.secrets();
  const ours = await listOurs(manager);
  const limit = pLimit(PARALLEL_CALLS);
  return Promise.all(
    steps.map((step) =>
      limit(async () => {
        const { id } = step.wanted;
        const stored = ours.get(id) ?? (await manager.findSecret(id));
        return look(step, stored, { manager, memory: needs.memory });
      }),
    ),
  );
}

async function look(
  step: SecretStep,
  stored: StoredSecret | undefined,
  { manager, memory }: { readonly manager: Manager; readonly memory: VersionMemory },
): Promise<SecretStep> {
  if (stored === undefined) return absent(step);
  if (!isOurs(stored)) return { ...absent(step), exists: true, conflict: true };
  const isKnown = step.exists && stored.createdAt === memory.of(stored.id).createdAt;
  return isKnown ? step : compare(step, stored, { manager, memory });
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
