import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathInside } from "./inside.ts";
import { readTar, type TarMember } from "./tar-reader.ts";

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

type Layer = {
  readonly root: string;
  /** What this layer itself has brought, which its own opaque marks leave alone. */
  readonly own: Set<string>;
  /** Only root can give files to others. */
  readonly keepsOwners: boolean;
};

/**
 * Lays one layer over what is in `root` (opencontainers/image-spec, layer.md). Nothing is written outside of it,
 * whatever the archive's paths and links say; devices are left out, since nothing could open them.
 */
export function unpackLayer(archive: Buffer, root: string): void {
  const layer = { root, own: new Set<string>(), keepsOwners: process.getuid?.() === 0 };
  for (const member of readTar(archive)) {
    if (member.path.split("/").includes(".."))
      throw new Error(`the layer has a path with "..": ${JSON.stringify(member.path)}`);
    place(layer, member);
  }
}

function place(layer: Layer, member: TarMember): void {
  const path = pathInside(layer.root, member.path, { followLast: false });
  if (path === layer.root) return;
  const name = basename(path);
  if (name === OPAQUE) {
    clear(layer, dirname(path));
    return;
  }
  makeParents(layer, dirname(path));
  if (name.startsWith(WHITEOUT)) {
    rmSync(join(dirname(path), name.slice(WHITEOUT.length)), { recursive: true, force: true });
    return;
  }
  layer.own.add(path);
  const old = lstatSync(path, { throwIfNoEntry: false });
  const isDirectoryAgain = member.type === "5" && old?.isDirectory() === true;
  if (old !== undefined && !isDirectoryAgain) rmSync(path, { recursive: true, force: true });
  if (!isDirectoryAgain && !make(layer, path, member)) return;
  own(layer, path, member);
}

/** False for what needs no owner: a hard link shares one, and devices are left out. */
function make({ root }: Layer, path: string, { type, link, bytes }: TarMember): boolean {
  switch (type) {
    case "0":
    case "7":
      writeFileSync(path, bytes);
      return true;
    case "1":
      linkSync(pathInside(root, link, { followLast: false }), path);
      return false;
    case "2":
      symlinkSync(link, path);
      return true;
    case "5":
      mkdirSync(path);
      return true;
    default:
      return false;
  }
}

function own({ keepsOwners }: Layer, path: string, member: TarMember): void {
  const { uid, gid, mode, modifiedS, type } = member;
  if (type === "2") {
    if (keepsOwners) lchownSync(path, uid, gid);
    return;
  }
  if (keepsOwners) chownSync(path, uid, gid);
  chmodSync(path, mode);
  if (type !== "5") utimesSync(path, modifiedS, modifiedS);
}

function makeParents(layer: Layer, directory: string): void {
  const missing: string[] = [];
  for (let at = directory; at !== layer.root; at = dirname(at)) {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat?.isDirectory()) break;
    // A file of an earlier layer that a directory replaces without saying so.
    if (stat !== undefined) rmSync(at, { force: true });
    missing.unshift(at);
  }
  for (const path of missing) mkdirSync(path, { mode: 0o755 });
}

function clear({ own: brought }: Layer, directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const isKept = [...brought].some((each) => each === path || each.startsWith(`${path}/`));
    if (!isKept) rmSync(path, { recursive: true, force: true });
  }
}
