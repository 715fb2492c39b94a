import { lstatSync, realpathSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { findDirectory } from "./hidden-directories.ts";
import { isWithin } from "./mount-table.ts";

/** Where in the new root a mount of the run goes, and what has to be made for it. */
export type MountTarget = {
  readonly path: string;
  /** The directory of this machine that must be rebuilt as a writable one, because the path does not exist in it. */
  readonly open: string | undefined;
};

/** `emptied` are the directories that are empty and writable in the new root while it is built. */
export function mountTarget(mountPath: string, emptied: readonly string[]): MountTarget {
  const path = normalize(mountPath).replace(/(.)\/$/, "$1");
  if (!path.startsWith("/") || path === "/") throw new Error(`cannot mount at ${mountPath}`);
  const isEmptied = (at: string): boolean => emptied.some((directory) => isWithin(at, directory));
  if (isEmptied(path)) return { path, open: undefined };
  const ancestor = deepestExisting(path);
  const real = join(realpathSync(ancestor), path.slice(ancestor === "/" ? 0 : ancestor.length));
  if (isEmptied(real)) return { path: real, open: undefined };
  const open = findDirectory(ancestor);
  if (open === undefined) {
    throw new Error(`cannot mount at ${mountPath}: ${ancestor} is not a directory`);
  }
  return { path: real, open: real === open ? undefined : open };
}

function deepestExisting(path: string): string {
  let at = path;
  while (lstatSync(at, { throwIfNoEntry: false }) === undefined) at = dirname(at);
  return at;
}
