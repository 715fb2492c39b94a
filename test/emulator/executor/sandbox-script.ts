import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { findDirectory, hiddenDirectories } from "./hidden-directories.ts";
import { isWithin, type MountPoint, type MountTable } from "./mount-table.ts";
import { mountTarget } from "./mount-target.ts";
import { MOUNT, ShellScript } from "./shell-script.ts";

/** A tmpfs over `/tmp` of the new namespace; the new root and the run's files are made in it. */
const WORKSHOP = "/tmp";
const NEW_ROOT = `${WORKSHOP}/root`;
/** The files of the run's n-th mount are expected in `<FILES>/<n>`. */
export const FILES = `${WORKSHOP}/files`;

const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];
const EMPTY_DIRECTORIES = [
  { path: "/tmp", mode: "1777" },
  { path: "/var/tmp", mode: "1777" },
  { path: "/run", mode: "0755" },
];
/** Name resolution of systemd-resolved needs its resolv.conf: https://www.freedesktop.org/software/systemd/man/systemd-resolved.service.html */
const KEPT_DIRECTORIES = ["/run/systemd/resolve"];
const REBUILT = ["/proc", "/dev", ...EMPTY_DIRECTORIES.map((directory) => directory.path)];

/** To be run first, alone, in a fresh mount namespace; then the files of the run are written. */
export function workshopScript(): string {
  const script = new ShellScript();
  mountTmpfs(script, WORKSHOP, "0755");
  script.run("mkdir", NEW_ROOT, FILES);
  return script.text;
}

/** Builds the command's file system out of this machine's and makes it the root, leaving no way back. */
export function sandboxScript(options: {
  readonly table: MountTable;
  readonly hide: readonly string[];
  readonly mountPaths: readonly string[];
}): string {
  const script = new ShellScript();
  const hidden = hiddenDirectories(options.hide, options.table);
  const kept = KEPT_DIRECTORIES.filter((path) => findDirectory(path) === path);
  const emptied = [...EMPTY_DIRECTORIES.map((directory) => directory.path), ...hidden];
  const targets = options.mountPaths.map((path) => mountTarget(path, emptied));
  const opened = [...new Set(targets.map((target) => target.open))]
    .filter((path) => path !== undefined && path !== "/")
    .sort() as string[];
  makeReadOnly(script, { table: options.table, hidden, kept });
  mountTmpfs(script, NEW_ROOT, "0755");
  copyTree(script, "/", [...REBUILT, ...hidden]);
  for (const path of opened) {
    mountTmpfs(script, inNewRoot(path), "0755");
    copyTree(script, path, [...REBUILT, ...hidden]);
  }
  makeSystemDirectories(script);
  bindDirectories(script, kept);
  const overmounted = hidden.filter((path) => isShown(path, kept));
  for (const path of overmounted) mountTmpfs(script, inNewRoot(path), "0755");
  layMounts(
    script,
    targets.map((target) => target.path),
  );
  enter(script, [...opened, ...overmounted]);
  return script.text;
}

const inNewRoot = (path: string): string => join(NEW_ROOT, path);

function mountTmpfs(script: ShellScript, path: string, mode: string): void {
  script.run(...MOUNT, "-t", "tmpfs", "-o", `mode=${mode},nosuid,nodev`, "tmpfs", path);
}

// A bind mount takes over the flags of its source, so that making the sources read-only is enough.
function makeReadOnly(
  script: ShellScript,
  options: { table: MountTable; hidden: readonly string[]; kept: readonly string[] },
): void {
  const { table, hidden, kept } = options;
  const gone = [...REBUILT.filter((path) => path !== "/dev"), ...hidden];
  const devices = ["/dev", ...DEVICES.map((name) => `/dev/${name}`)];
  const needed = table.visible.filter((mount) => {
    if (kept.some((path) => isWithin(mount.path, path) || table.mountOf(path) === mount))
      return true;
    if (isWithin(mount.path, "/dev")) return devices.includes(mount.path);
    return !gone.some((path) => isWithin(mount.path, path));
  });
  for (const mount of needed.filter(isReachable)) remountReadOnly(script, mount);
}

// What this process cannot look at, because a directory above or a FUSE file system refuses it, the command cannot either.
function isReachable(mount: MountPoint): boolean {
  try {
    return lstatSync(mount.path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return false;
    throw error;
  }
}

// In a user namespace these flags are locked: a remount that drops one fails.
// https://man7.org/linux/man-pages/man7/mount_namespaces.7.html
function remountReadOnly(script: ShellScript, mount: MountPoint): void {
  if (mount.options.includes("ro")) return;
  const locked = ["nosuid", "nodev", "noexec"].filter((flag) => mount.options.includes(flag));
  script.run(...MOUNT, "-o", ["remount", "bind", "ro", ...locked].join(","), "none", mount.path);
}

function copyTree(script: ShellScript, directory: string, without: readonly string[]): void {
  const paths = readdirSync(directory).map((name) => join(directory, name));
  const entries = paths.map((path) => ({ path, stat: lstatSync(path) }));
  // Something else is mounted over these later.
  const emptied = paths.filter((path) => without.includes(path));
  const shown = entries.filter(({ path }) => !without.includes(path));
  const links = shown.filter(({ stat }) => stat.isSymbolicLink()).map(({ path }) => path);
  const directories = shown.filter(({ stat }) => stat.isDirectory()).map(({ path }) => path);
  const files = shown.filter(({ stat }) => stat.isFile()).map(({ path }) => path);
  for (const path of links) script.run("ln", "-s", "--", readlinkSync(path), inNewRoot(path));
  bindDirectories(script, directories, emptied);
  bindFiles(script, files);
}

function bindDirectories(
  script: ShellScript,
  paths: readonly string[],
  empty: readonly string[] = [],
): void {
  const made = [...paths, ...empty].map(inNewRoot);
  if (made.length > 0) script.run("mkdir", "-p", "--", ...made);
  for (const path of paths) script.run(...MOUNT, "--rbind", path, inNewRoot(path));
}

function bindFiles(script: ShellScript, paths: readonly string[]): void {
  script.makeFiles(paths.map(inNewRoot));
  for (const path of paths) script.run(...MOUNT, "--bind", path, inNewRoot(path));
}

function makeSystemDirectories(script: ShellScript): void {
  script.run("mkdir", "-p", inNewRoot("/proc"), inNewRoot("/dev"));
  script.run(...MOUNT, "-t", "proc", "-o", "ro,nosuid,nodev,noexec", "proc", inNewRoot("/proc"));
  mountTmpfs(script, inNewRoot("/dev"), "0755");
  bindFiles(
    script,
    DEVICES.map((name) => `/dev/${name}`),
  );
  script.run("ln", "-s", "/proc/self/fd", inNewRoot("/dev/fd"));
  for (const [fd, name] of ["stdin", "stdout", "stderr"].entries()) {
    script.run("ln", "-s", `/proc/self/fd/${fd}`, inNewRoot(`/dev/${name}`));
  }
  for (const { path, mode } of EMPTY_DIRECTORIES) {
    // `/var/tmp` may be a link to `/tmp`.
    if (path === "/var/tmp" && findDirectory(path) !== path) continue;
    if (path !== "/var/tmp") script.run("mkdir", "-p", inNewRoot(path));
    mountTmpfs(script, inNewRoot(path), mode);
  }
}

function isShown(path: string, kept: readonly string[]): boolean {
  return kept.some((keep) => isWithin(path, keep)) || !REBUILT.some((gone) => isWithin(path, gone));
}

function layMounts(script: ShellScript, paths: readonly string[]): void {
  if (paths.length === 0) return;
  script.run("mkdir", "-p", "--", ...paths.map(inNewRoot));
  script.run(...MOUNT, "-o", "remount,bind,ro,nosuid,nodev", "none", WORKSHOP);
  for (const [index, path] of paths.entries()) {
    script.run(...MOUNT, "--bind", `${FILES}/${index}`, inNewRoot(path));
  }
}

function enter(script: ShellScript, writable: readonly string[]): void {
  const old = ".old-root";
  script.run("mkdir", join(NEW_ROOT, old));
  script.run("cd", NEW_ROOT);
  script.run("pivot_root", ".", old);
  script.run("umount", "--no-mtab", "--internal-only", "--lazy", `/${old}`);
  script.run("rmdir", `/${old}`);
  for (const path of ["/", "/dev", ...writable]) {
    script.run(...MOUNT, "-o", "remount,bind,ro,nosuid,nodev", "none", path);
  }
}
