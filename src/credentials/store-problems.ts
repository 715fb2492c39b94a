import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "./shell-word.ts";
import { hasCode, isMissing, unreadable } from "./store-error.ts";

/** Something about a file or directory of the store that a person should mend. */
export type StoreProblem = {
  readonly path: string;
  readonly problem: string;
  /** A command that mends it. */
  readonly remedy: string;
};

/** Below the store: types, instances, fields. */
const LEVELS = 3;
const OTHERS = 0o077;

/**
 * Directories and files that others may open, or that their owner may not. Symbolic links are fine, and what they lead to is kept
 * elsewhere. No problem where there is no store.
 * @throws ConfigError where the disk fails
 */
export async function findStoreProblems(store: string): Promise<StoreProblem[]> {
  const root = await stat(store).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw unreadable(store, error);
  });
  if (root === undefined) return [];
  if (!root.isDirectory()) return [notADirectory(store)];
  const own = directoryProblems(store, root.mode);
  return canLook(root.mode) ? [...own, ...(await problemsBelow(store, LEVELS))] : own;
}

const canLook = (mode: number): boolean => (mode & 0o500) === 0o500;

async function problemsBelow(directory: string, levels: number): Promise<StoreProblem[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    if (hasCode(error, "EACCES", "EPERM")) return undefined;
    throw unreadable(directory, error);
  });
  if (names === undefined) return [notOurs(directory)];
  const problems: StoreProblem[] = [];
  for (const name of names.sort())
    problems.push(...(await problemsAt(join(directory, name), levels)));
  return problems;
}

async function problemsAt(path: string, levels: number): Promise<StoreProblem[]> {
  const status = await lstat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  });
  if (status?.isFile()) return fileProblems(path, status.mode);
  if (!status?.isDirectory()) return [];
  const own = directoryProblems(path, status.mode);
  return canLook(status.mode) && levels > 1
    ? [...own, ...(await problemsBelow(path, levels - 1))]
    : own;
}

function directoryProblems(path: string, mode: number): StoreProblem[] {
  const remedy = `chmod 700 ${shellWord(path)}`;
  if ((mode & OTHERS) !== 0)
    return [{ path, problem: `others may open the directory (mode ${shown(mode)})`, remedy }];
  if (!canLook(mode))
    return [
      { path, problem: `its owner may not open the directory (mode ${shown(mode)})`, remedy },
    ];
  return [];
}

function fileProblems(path: string, mode: number): StoreProblem[] {
  const remedy = `chmod 600 ${shellWord(path)}`;
  if ((mode & OTHERS) !== 0)
    return [{ path, problem: `others may open the file (mode ${shown(mode)})`, remedy }];
  if ((mode & 0o400) !== 0o400)
    return [{ path, problem: `its owner may not read the file (mode ${shown(mode)})`, remedy }];
  return [];
}

const notADirectory = (path: string): StoreProblem => ({
  path,
  problem: "it is not a directory",
  remedy: `mv ${shellWord(path)} ${shellWord(`${path}.old`)}`,
});

const notOurs = (path: string): StoreProblem => ({
  path,
  problem: "this user may not open the directory",
  remedy: `sudo chown -R "$(id -u)" ${shellWord(path)}`,
});

const shown = (mode: number): string => (mode & 0o777).toString(8).padStart(4, "0");
