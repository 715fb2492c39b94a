import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMissing, unreadable } from "./store-error.ts";
import { presentedName } from "./types.ts";

/** One field of an instance on disk. */
export type StoredField = {
  /** The name under which it is presented. */
  readonly name: string;
  /** The name of its file: an older one where only that is stored. */
  readonly file: string;
};

/**
 * The fields stored in an instance's directory, sorted by name; none where there is no directory.
 * @throws ConfigError for a directory that cannot be read
 */
export async function storedFields(directory: string, type: string): Promise<StoredField[]> {
  const byName = new Map<string, StoredField>();
  for (const file of await fieldFiles(directory)) {
    const name = presentedName(type, file);
    if (name === file || !byName.has(name)) byName.set(name, { name, file });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Names of the files that are fields, sorted. Dotfiles, what editors leave behind, and directories are not.
 * @throws ConfigError for a directory that cannot be read
 */
export async function fieldFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unreadable(directory, error);
  });
  const named = entries.filter((entry) => isFieldName(entry.name));
  const linked = await Promise.all(
    named.map(async (entry) =>
      entry.isSymbolicLink()
        ? !(await leadsToDirectory(join(directory, entry.name)))
        : entry.isFile(),
    ),
  );
  return named
    .filter((_entry, index) => linked[index])
    .map(({ name }) => name)
    .sort();
}

/** Whether readers take a file of that name for a field. */
export const isFieldName = (name: string): boolean =>
  !name.startsWith(".") && !name.startsWith("#") && !name.endsWith("~");

/** A link that leads nowhere is still a field: reading it says what is wrong. */
const leadsToDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
