import pLimit from "p-limit";
import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import { isOurs } from "../mapping/ownership.ts";
import { filesOf } from "../mapping/secret-notes.ts";
import type { WantedSecret } from "../mapping/secret-plan.ts";
import {
  compareUnseen,
  compareVersions,
  recallOlder,
  type VersionReader,
} from "./compare-versions.ts";
import { listOurs } from "./list-ours.ts";
import { isComplete, type SecretStep, type VersionMemory } from "./secret-step.ts";

type Manager = VersionReader & Pick<SecretManager, "listByLabel" | "findSecret">;

type Reading = {
  readonly manager: Manager;
  readonly memory: VersionMemory;
  /** Our secrets by id, asked for once. */
  readonly list: List;
};

type List = () => Promise<ReadonlyMap<string, StoredSecret>>;

/** Requests in flight at once: far below the 600 a minute of a project's quota, and quick enough. */
export const PARALLEL_CALLS = 8;

/** Finds out what must be written; reads only what this machine does not remember, and changes nothing. */
export async function inspectSecrets(
  wanted: readonly WantedSecret[],
  needs: { readonly secrets: () => Promise<Manager>; readonly memory: VersionMemory },
): Promise<SecretStep[]> {
  const remembered = wanted.map((secret) => recall(secret, needs.memory));
  if (remembered.every(isComplete)) return remembered;
  const manager = await needs.secrets();
  const reading = { manager, memory: needs.memory, list: listOnce(manager) };
  const limit = pLimit(PARALLEL_CALLS);
  const groups = await Promise.all(
    byCredential(remembered).map((group) => limit(() => compareKnown(group, reading))),
  );
  const known = groups.flatMap((steps) => steps ?? []);
  const steps =
    known.length === wanted.length ? known : await compareListed(remembered, known, reading);
  return checked(steps, await reading.list(), needs.memory);
}

/** The list tells of what was answered from memory, too: nobody needs to ask for it again. */
const checked = (
  steps: readonly SecretStep[],
  listed: ReadonlyMap<string, StoredSecret>,
  memory: VersionMemory,
): SecretStep[] =>
  steps.map((step) => {
    const { id } = step.wanted;
    const isSame = listed.get(id)?.createdAt === memory.of(id).createdAt;
    return isSame ? { ...step, isChecked: true } : step;
  });

function listOnce(manager: Manager): List {
  let asked: ReturnType<List> | undefined;
  return () => {
    asked ??= listOurs(manager);
    return asked;
  };
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
  reading: Reading,
): Promise<SecretStep[] | undefined> {
  if (group.every(isComplete)) return [...group];
  const stored = await findKnown(group, reading);
  if (stored === undefined) {
    // Whatever is found now tells of some of the credential's secrets only.
    for (const { wanted } of group) reading.memory.of(wanted.id).upTo = 0;
    return undefined;
  }
  const isAlone = group.every(({ wanted }) => wanted.kind === "field");
  return Promise.all(group.map((step) => compareNew(step, { ...reading, stored, isAlone })));
}

/** The credential's secrets as they are, if each that is to be written, and the directory, is as this machine last saw it. */
async function findKnown(
  group: readonly SecretStep[],
  { manager, memory, list }: Reading,
): Promise<ReadonlyMap<string, StoredSecret> | undefined> {
  const isUnknown = (step: SecretStep) => !isComplete(step) && memory.of(step.wanted.id).upTo === 0;
  if (group.some(isUnknown)) return undefined;
  const listed = await list();
  const found = new Map<string, StoredSecret>();
  for (const step of group) {
    const { id, kind } = step.wanted;
    const isNeeded = kind === "directory" || !isComplete(step);
    // Lists lag behind: what is missing there is asked for by name.
    const stored = listed.get(id) ?? (isNeeded ? await manager.findSecret(id) : undefined);
    if (stored === undefined && !isNeeded) continue;
    if (stored === undefined || !isAsRemembered(stored, memory)) return undefined;
    found.set(id, stored);
  }
  return found;
}

/**
 * A directory's note names all its versions, and whoever adds one to a field's secret adds one there: so the note tells of all of them.
 * A secret that stands alone is asked for newer versions.
 */
async function compareNew(
  step: SecretStep,
  known: Omit<Reading, "list"> & {
    readonly stored: ReadonlyMap<string, StoredSecret>;
    readonly isAlone: boolean;
  },
): Promise<SecretStep> {
  const { id, kind } = step.wanted;
  const stored = known.stored.get(id);
  const own = {
    ...step,
    ...(stored === undefined ? {} : { isChecked: true }),
    ...(kind === "directory" ? { stored } : {}),
  };
  if (isComplete(step)) return own;
  const looking = { reader: known.manager, memory: known.memory.of(id) };
  return known.isAlone
    ? { ...own, ...(await compareUnseen(step.items, id, looking)) }
    : { ...own, items: await recallOlder(step.items, id, looking) };
}

/** Whether nobody added a version or made the secret anew since this machine looked at all of it. */
function isAsRemembered(stored: StoredSecret, memory: VersionMemory): boolean {
  if (!isOurs(stored)) return false;
  const { createdAt, upTo } = memory.of(stored.id);
  const noted = Object.keys(filesOf(stored.annotations)).map(Number);
  return stored.createdAt === createdAt && noted.every((version) => version <= upTo);
}

/** First contact: one list says which secrets are there, and those are compared by content. */
async function compareListed(
  remembered: readonly SecretStep[],
  known: readonly SecretStep[],
  { manager, memory, list }: Reading,
): Promise<SecretStep[]> {
  const byId = await list();
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

/** The step for a secret that is not there. */
export const absent = (step: SecretStep): SecretStep => ({
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
