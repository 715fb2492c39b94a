import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { segmentProblem } from "./path-segment.ts";
import type { CredentialRef } from "./ref.ts";
import { isMissing, unreadable } from "./store-error.ts";
import { storedFields } from "./stored-fields.ts";

/** One instance in the store. */
export type StoredInstance = {
  readonly ref: CredentialRef;
  /** Names of its fields, sorted; a field stored under an older name has the registry's. */
  readonly fields: readonly string[];
};

/**
 * Every instance in the store that a ref can name, sorted by type, then instance; none where there is no store.
 * @throws ConfigError for a directory that cannot be read
 */
export async function listInstances(store: string): Promise<StoredInstance[]> {
  const types = (await directoriesIn(store)).filter((type) => !type.includes(":"));
  const instances = await Promise.all(types.map((type) => instancesOf(store, type)));
  return instances.flat();
}

async function instancesOf(store: string, type: string): Promise<StoredInstance[]> {
  const names = await directoriesIn(join(store, type));
  return Promise.all(
    names.map(async (instance) => {
      const fields = await storedFields(join(store, type, instance), type);
      return { ref: { type, instance }, fields: fields.map(({ name }) => name) };
    }),
  );
}

/** Names of directories and links to them, sorted; hidden ones are nobody's credentials. */
async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unreadable(directory, error);
  });
  const found = await Promise.all(
    entries.map(async (entry) =>
      isNameable(entry.name) &&
      (entry.isDirectory() ||
        (entry.isSymbolicLink() && (await leadsToDirectory(join(directory, entry.name)))))
        ? [entry.name]
        : [],
    ),
  );
  return found.flat().sort();
}

const isNameable = (name: string): boolean =>
  !name.startsWith(".") && segmentProblem(name) === undefined && name.trim() === name;

const leadsToDirectory = async (path: string): Promise<boolean> =>
  stat(path).then(
    (target) => target.isDirectory(),
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw unreadable(path, error);
    },
  );
