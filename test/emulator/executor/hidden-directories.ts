import { lstatSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join, relative } from "node:path";
import { isWithin, type MountTable } from "./mount-table.ts";

/** Directories that no command may see: homes and whatever the emulator was told to hide. */
export function hiddenDirectories(hide: readonly string[], table: MountTable): readonly string[] {
  const homes = ["/root", "/home", userInfo().homedir, homedir()].filter((home) => home !== "/");
  const real = [...homes, ...hide].map(findDirectory).filter((path) => path !== undefined);
  if (real.includes("/")) throw new Error("the root directory cannot be hidden from commands");
  const hidden = new Set(real.flatMap((path) => [path, ...aliasesOf(path, table)]));
  // Home and store are named by others; a directory above them that is hidden already hides them too.
  return [...hidden].filter(
    (path) => ![...hidden].some((other) => other !== path && isWithin(path, other)),
  );
}

/** The real path, or undefined when there is no such directory. */
export function findDirectory(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return lstatSync(real).isDirectory() ? real : undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return undefined;
    throw error;
  }
}

// The file system that holds a home may be mounted a second time (docker run -v /:/host).
function aliasesOf(path: string, table: MountTable): string[] {
  const home = table.mountOf(path);
  const inFileSystem = join(home.root, relative(home.path, path));
  return table.visible
    .filter((mount) => mount !== home && mount.device === home.device)
    .filter((mount) => isWithin(inFileSystem, mount.root))
    .map((mount) => join(mount.path, relative(mount.root, inFileSystem)))
    .map(findDirectory)
    .filter((alias) => alias !== undefined && alias !== "/")
    .filter((alias) => alias !== undefined);
}
