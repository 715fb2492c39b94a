import { readFileSync } from "node:fs";

/** One line of mountinfo: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export type MountPoint = {
  readonly id: string;
  readonly parent: string;
  /** `major:minor`; two mounts of one file system have the same. */
  readonly device: string;
  /** The directory of the file system that is mounted here. */
  readonly root: string;
  readonly path: string;
  readonly options: readonly string[];
};

/** What a path lookup can reach: mounts that lie under another one are left out. */
export type MountTable = {
  readonly visible: readonly MountPoint[];
  /** The mount on which the path lies. */
  mountOf(path: string): MountPoint;
};

/** This process's own mount table. */
export const readMountTable = (): MountTable =>
  mountTable(readFileSync("/proc/self/mountinfo", "utf8"));

/** Reads the text of a mountinfo file. */
export function mountTable(mountinfo: string): MountTable {
  const all = mountinfo.split("\n").filter(Boolean).map(parseMountPoint);
  const ids = new Set(all.map((mount) => mount.id));
  const root = all.find((mount) => mount.path === "/" && !ids.has(mount.parent));
  if (root === undefined) throw new Error("/proc/self/mountinfo names no root mount");
  const mountOf = (path: string): MountPoint => {
    let current = root;
    for (const prefix of prefixes(path)) {
      let above = topmost(all, current, prefix);
      while (above !== undefined) {
        current = above;
        above = topmost(all, current, prefix);
      }
    }
    return current;
  };
  return { visible: all.filter((mount) => mountOf(mount.path) === mount), mountOf };
}

/** Whether `path` is `directory` or lies below it. */
export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);

function topmost(all: readonly MountPoint[], on: MountPoint, path: string): MountPoint | undefined {
  return all.find((mount) => mount.parent === on.id && mount.path === path && mount !== on);
}

function prefixes(path: string): string[] {
  const segments = path.split("/").filter(Boolean);
  return ["/", ...segments.map((_, index) => `/${segments.slice(0, index + 1).join("/")}`)];
}

function parseMountPoint(line: string): MountPoint {
  const [id = "", parent = "", device = "", root = "", path = "", options = ""] = line.split(" ");
  return {
    id,
    parent,
    device,
    root: unescapeOctal(root),
    path: unescapeOctal(path),
    options: options.split(","),
  };
}

// Space, tab, newline and backslash are written as \040, \011, \012 and \134.
const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
