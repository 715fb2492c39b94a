import { lstatSync } from "node:fs";
import { join, relative } from "node:path";
import { pathInside } from "../images/inside.ts";
import { type HostTool, toolWords } from "./host-tools.ts";
import { MOUNT, ShellScript } from "./shell-script.ts";

const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

/** The places of one image's sandbox: a tmpfs of the new namespace, over an empty directory beside the files. */
export const imagePlaces = (directory: string) => {
  const work = join(directory, "work");
  return {
    lower: join(directory, "root"),
    work,
    root: join(work, "root"),
    files: join(work, "files"),
  };
};

/** To be run first, alone, in a fresh mount namespace; then the files of the run are written. */
export function imageWorkshopScript(directory: string): string {
  const { work, root, files } = imagePlaces(directory);
  const script = new ShellScript();
  script.run(...MOUNT, "-t", "tmpfs", "-o", "mode=0755,nosuid,nodev", "tmpfs", work);
  script.run("mkdir", root, files, join(work, "upper"), join(work, "own"));
  return script.text;
}

/** Makes the image's files the root, with a layer in memory over them, leaving no way back. */
export function imageScript(options: {
  readonly directory: string;
  readonly mountPaths: readonly string[];
  readonly workingDir: string;
  /** Files of this machine that take the place of the image's, by their path in it. */
  readonly systemFiles: Readonly<Record<string, string>>;
  readonly umount: HostTool;
}): string {
  const { lower, work, root, files } = imagePlaces(options.directory);
  const inRoot = (path: string): string =>
    join(root, relative(lower, pathInside(lower, path, { followLast: true })));
  const script = new ShellScript();
  script.runEither(
    [
      ...[...MOUNT, "-t", "overlay", "-o"],
      `nosuid,nodev,lowerdir=${lower},upperdir=${join(work, "upper")},workdir=${join(work, "own")}`,
      ...["overlay", root],
    ],
    ["cp", "-a", `${lower}/.`, root],
  );
  script.run(...MOUNT, "--bind", root, root);
  script.run("mkdir", "-p", "--", inRoot(options.workingDir));
  makeSystem(script, inRoot);
  script.run(...MOUNT, "-o", "remount,bind,ro,nosuid,nodev", "none", work);
  for (const [index, path] of options.mountPaths.entries()) {
    const target = mountPoint(lower, path, inRoot);
    script.run("mkdir", "-p", "--", target);
    script.run(...MOUNT, "--bind", join(files, String(index)), target);
  }
  for (const [path, file] of Object.entries(options.systemFiles)) {
    if (!isFileOrAbsent(lower, path)) continue;
    script.run("touch", "--", inRoot(path));
    script.run(...MOUNT, "--bind", file, inRoot(path));
    script.run(...MOUNT, "-o", "remount,bind,ro,nosuid,nodev", "none", inRoot(path));
  }
  enter(script, { root, umount: options.umount });
  return script.text;
}

function mountPoint(lower: string, path: string, inRoot: (path: string) => string): string {
  const there = pathInside(lower, path, { followLast: true });
  const stat = lstatSync(there, { throwIfNoEntry: false });
  if (there === lower || (stat !== undefined && !stat.isDirectory()))
    throw new Error(`cannot mount at ${path}`);
  return inRoot(path);
}

// Without its directory a file has no place: an image without /etc does without name resolution.
function isFileOrAbsent(lower: string, path: string): boolean {
  const there = pathInside(lower, path, { followLast: true });
  const stat = lstatSync(there, { throwIfNoEntry: false });
  const parent = lstatSync(join(there, ".."), { throwIfNoEntry: false });
  return parent?.isDirectory() === true && (stat === undefined || stat.isFile());
}

function makeSystem(script: ShellScript, inRoot: (path: string) => string): void {
  const [proc, dev] = [inRoot("/proc"), inRoot("/dev")];
  script.run("mkdir", "-p", proc, dev);
  script.run(...MOUNT, "-t", "proc", "-o", "ro,nosuid,nodev,noexec", "proc", proc);
  script.run(...MOUNT, "-t", "tmpfs", "-o", "mode=0755,nosuid", "tmpfs", dev);
  script.makeFiles(DEVICES.map((name) => join(dev, name)));
  for (const name of DEVICES) script.run(...MOUNT, "--bind", `/dev/${name}`, join(dev, name));
  script.run("ln", "-s", "/proc/self/fd", join(dev, "fd"));
  for (const [fd, name] of ["stdin", "stdout", "stderr"].entries())
    script.run("ln", "-s", `/proc/self/fd/${fd}`, join(dev, name));
  script.run("mkdir", "-m", "1777", join(dev, "shm"));
}

// After pivot_root the image has none of this machine's programs: the last step is done with one from the old root.
function enter(script: ShellScript, { root, umount }: { root: string; umount: HostTool }): void {
  const old = OLD_ROOT.slice(1);
  script.run(...MOUNT, "-o", "remount,bind,nosuid,nodev", "none", root);
  script.run("mkdir", join(root, old));
  script.run("cd", root);
  script.run("pivot_root", ".", old);
  const words = toolWords(umount, (path) => join(OLD_ROOT, path));
  script.run(...words, "--no-mtab", "--internal-only", "--lazy", OLD_ROOT);
}

/** Where the old root hangs until it is let go; the supervisor removes the directory. */
const OLD_ROOT = "/.old-root";
