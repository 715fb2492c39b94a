import type { CredentialField } from "../credentials/credential.ts";
import type { SecretMemory } from "../credentials/secret-memory.ts";
import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import { filesOf } from "../mapping/secret-notes.ts";
import type { PlannedItem } from "./secret-step.ts";

/** What comparing by content needs of Secret Manager. */
export type VersionReader = Pick<SecretManager, "enabledVersions" | "readVersion">;

type Compared = {
  readonly items: readonly PlannedItem[];
  /** The highest number that any version has. */
  readonly newest: number;
};

/**
 * Looks for versions with the wanted content: two stores may hold different values, and each must find its own. No version is read twice,
 * and none that was seen before.
 */
export async function compareVersions(
  wanted: readonly PlannedItem[],
  stored: StoredSecret,
  { reader, memory }: { readonly reader: VersionReader; readonly memory: SecretMemory },
): Promise<Compared> {
  memory.belongsTo(stored.createdAt);
  const listed = await reader.enabledVersions(stored.id);
  const files = filesOf(stored.annotations);
  const look = lookAt(stored.id, { reader, memory });
  const lookNamed: Look = (version) => look(version, files[version] ?? "");
  let items = wanted;
  for (const version of listed) {
    if (items.every(isKnown)) break;
    const field = files[version] ?? "";
    const isWanted =
      field === "" || items.some((item) => !isKnown(item) && item.field.name === field);
    if (!memory.hasSeen(version) && isWanted) await lookNamed(version);
    items = matched(items, version, memory);
  }
  const newer = { look: lookNamed, memory };
  const compared = await compareNewer(items, Number(listed[0] ?? 0), newer);
  const complete = listed.every((version) => memory.hasSeen(version));
  memory.upTo = complete ? compared.newest : 0;
  return compared;
}

/** The same for a secret of which every version up to a number was looked at before. */
export async function compareUnseen(
  wanted: readonly PlannedItem[],
  id: string,
  { reader, memory }: { readonly reader: VersionReader; readonly memory: SecretMemory },
): Promise<Compared> {
  const items = await recallOlder(wanted, id, { reader, memory });
  if (items.every(isKnown)) return { items, newest: memory.upTo };
  const look = lookAt(id, { reader, memory });
  const newer = { look: (version: string) => look(version, ""), memory };
  const compared = await compareNewer(items, memory.upTo, newer);
  memory.upTo = compared.newest;
  return compared;
}

/** A value that was in use before: its version is asked for again, since it may have been destroyed. */
export async function recallOlder(
  wanted: readonly PlannedItem[],
  id: string,
  { reader, memory }: { readonly reader: VersionReader; readonly memory: SecretMemory },
): Promise<readonly PlannedItem[]> {
  const look = lookAt(id, { reader, memory });
  let items = wanted;
  for (const { field, version } of wanted) {
    if (version !== undefined) continue;
    for (const older of memory.versionsHolding(field)) {
      memory.lose(older);
      await look(older, field.name);
      items = matched(items, older, memory);
    }
  }
  return items;
}

/**
 * Looks at the versions after the newest known one, for what is still missing. Lists lag behind, but a version asked for by its number
 * is read strongly consistently: so nothing that another process, or this one before it was killed, added a moment ago is added twice.
 */
async function compareNewer(
  wanted: readonly PlannedItem[],
  newest: number,
  { look, memory }: { readonly look: Look; readonly memory: SecretMemory },
): Promise<Compared> {
  let items = wanted;
  for (let number = newest; ; number += 1) {
    const version = String(number + 1);
    if (!(await look(version))) return { items, newest: number };
    items = matched(items, version, memory);
  }
}

type Look = (version: string) => Promise<boolean>;

/** Reads a version and notes what it holds, and for which field; false where no version has that number. */
export const lookAt =
  (
    id: string,
    {
      reader,
      memory,
    }: { readonly reader: Pick<VersionReader, "readVersion">; readonly memory: SecretMemory },
  ) =>
  async (version: string, field: string): Promise<boolean> => {
    const content = await reader.readVersion(id, version);
    if (content !== undefined) memory.see(version, field, content.value);
    return content !== undefined;
  };

/** Gives the version to the first field that lacks one and has exactly its value. */
function matched(
  items: readonly PlannedItem[],
  version: string,
  memory: SecretMemory,
): readonly PlannedItem[] {
  const index = items.findIndex((item) => !isKnown(item) && memory.holds(version, item.field));
  const field: CredentialField | undefined = items[index]?.field;
  if (field === undefined) return items;
  memory.see(version, field.name, field.content);
  return items.with(index, { field, version });
}

const isKnown = ({ version }: PlannedItem): boolean => version !== undefined;
