import { lstatSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

// As many links as Linux follows (path_resolution(7)).
const MOST_LINKS = 40;

/**
 * Where a path lies if `root` were the root directory: links are followed, absolute ones and `..` never leave it.
 * The last segment is followed only on request; what does not exist yet is taken as written. Nothing is changed.
 */
export function pathInside(
  root: string,
  path: string,
  { followLast }: { followLast: boolean },
): string {
  let links = 0;
  let done: string[] = [];
  const todo = path.split("/");
  for (let segment = todo.shift(); segment !== undefined; segment = todo.shift()) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") {
      done = done.slice(0, -1);
      continue;
    }
    const here = join(root, ...done, segment);
    const isLast = todo.every((rest) => rest === "" || rest === ".");
    const target = isLast && !followLast ? undefined : linkAt(here);
    if (target === undefined) {
      done.push(segment);
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Error(`too many links in ${JSON.stringify(path)}`);
    if (target.startsWith("/")) done = [];
    todo.unshift(...target.split("/"));
  }
  return join(root, ...done);
}

const linkAt = (path: string): string | undefined => {
  const isBelowDirectory = lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory();
  if (isBelowDirectory !== true) return undefined;
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? readlinkSync(path)
    : undefined;
};
