import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const PLACES = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

/** The absolute path of a program of util-linux; throws when this machine does not have it. */
export function findTool(name: string): string {
  const path = PLACES.map((directory) => join(directory, name)).find(isExecutable);
  if (path !== undefined) return path;
  throw new Error(`${name} (util-linux) is not in ${PLACES.join(", ")}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "EACCES") return false;
    throw error;
  }
}
