import pLimit from "p-limit";
import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import { isOurs, MANAGED_BY } from "../mapping/ownership.ts";
import { filesOf } from "../mapping/secret-notes.ts";
import type { WantedSecret } from "../mapping/secret-plan.ts";
import {
  compareUnseen,
  compareVersions,
  recallOlder,
  type VersionReader,
} from "./compare-versions.ts";
import { isComplete, type SecretStep, type VersionMemory } from "./secret-step.ts";

type Manager = VersionReader & Pick<SecretManager, "listByLabel" | "findSecret">;

type Reading = { readonly manager: Manager; readonly memory: VersionMemory };

/** Requests in flight at once: far below the 600 a minute of a project's quota, and quick enough. */
export const PARALLEL_CALLS = 8;

/** Finds out what must be written; reads only what this machine does not remember, and changes nothing. */
export async function inspectSecrets(
  wanted: readonly WantedSecret[],
  needs: { readonly secrets: () => Promise<Manager>; readonly memory: VersionMemory },
): Promise<SecretStep[]> {
  const remembered = wanted.map((secret) => recall(secret, needs.memory));
  if (remembered.every(isComplete)) return remembered;
  const reading = { manager: await needs.secrets(), memory: needs.memory };
  const limit = pLimit(PARALLEL_CALLS);
  const groups = await Promise.all(
    byCredential(remembered).map((group) => limit(() => compareKnown(group, reading))),
  );
  const known = groups.flatMap((steps) => steps ?? []);
  return known.length === wanted.length ? known : compareListed(remembered, known, reading);
}

const recall = (wanted: WantedSecret, memory: VersionMemory): SecretStep => ({
  wanted,
  stored: undefined,
  exists: true,
  newest: memory.of(wanted.id).upTo,
  items: wanted.items.map((field) => ({ field, version: memory.of(wanted.id).find(field) })),
});

function byCredential(steps: readonly SecretStep[]): SecretStep[][] {
  const groups = new Map<string, SecretStep[]>();
  for (const step of steps) {
    const { credential } = step.wanted;
    groups.set(credential, [...(groups.get(credential) ?? []), step]);
  }
  return [...groups.values()];
}

/** A credential whose secrets this machine knows but for a new value: undefined where more must be looked at. */
async function compareKnown(
  group: readonly SecretStep[],
  { manager, memory }: Reading,
): Promise<SecretStep[] | undefined> {
  const open = group.filter((step) => !isComplete(step));
  if (open.length === 0) return [...group];
  if (open.some(({ wanted }) => memory.of(wanted.id).upTo === 0)) return undefined;
  const directory = group.find(({ wanted }) => wanted.kind === "directory");
  // A directory names all its versions, and whoever adds one to a field's secret adds one there: one read tells of all of them.
  const stored = directory && (await manager.findSecret(directory.wanted.id));
  if (directory !== undefined && !isAsRemembered(stored, memory)) return undefined;
  return Promise.all(
    group.map(async (step) => {
      const own = { ...step, isChecked: true, ...(step === directory ? { stored } : {}) };
      if (isComplete(step)) return own;
      const { id } = step.wanted;
      const looking = { reader: manager, memory: memory.of(id) };
      if (directory === undefined)
        return { ...own, ...(await compareUnseen(step.items, id, looking)) };
      return { ...own, items: await recallOlder(step.items, id, looking) };
    }),
  );
}

/** Whether nobody added a version or made the secret anew since this machine looked at all of it. */
function isAsRemembered(stored: StoredSecret | undefined, memory: VersionMemory): boolean {
  if (stored === undefined || !isOurs(stored)) return false;
  const { createdAt, upTo } = memory.of(stored.id);
  const noted = Object.keys(filesOf(stored.annotations)).map(Number);
  return stored.createdAt === createdAt && noted.every((version) => version <= upTo);
}

/** First contact: one list says which secrets are there, and those are compared by content. */
async function compareListed(
  remembered: readonly SecretStep[],
  known: readonly SecretStep[],
  { manager, memory }: Reading,
): Promise<SecretStep[]> {
  const listed = await manager.listByLabel(MANAGED_BY.key, MANAGED_BY.value);
  const byId = new Map(listed.map((secret) => [secret.id, secret]));
  const done = new Map(known.map((step) => [step.wanted.id, step]));
  const limit = pLimit(PARALLEL_CALLS);
  return Promise.all(
    remembered.map((step) => {
      const { id } = step.wanted;
      const stored = byId.get(id);
      const isOther = stored !== undefined && stored.createdAt !== memory.of(id).createdAt;
      const finished = done.get(id) ?? (isComplete(step) ? step : undefined);
      if (finished !== undefined && !isOther) return finished;
      return stored === undefined
        ? absent(step)
        : limit(() => compare(step, stored, { manager, memory }));
    }),
  );
}

const unknown = ({ wanted }: SecretStep): SecretStep["items"] =>
  wanted.items.map((field) => ({ field, version: undefined }));

const absent = (step: SecretStep): SecretStep => ({
  ...step,
  exists: false,
  newest: 0,
  items: unknown(step),
});

/** Compares every field anew with what is stored, whatever was planned or remembered. */
export async function compare(
  step: SecretStep,
  stored: StoredSecret,
  { manager, memory }: { readonly manager: VersionReader; readonly memory: VersionMemory },
): Promise<SecretStep> {
  const looking = { reader: manager, memory: memory.of(stored.id) };
  const compared = await compareVersions(unknown(step), stored, looking);
  return { ...step, ...compared, stored, exists: true, isChecked: true };
}
