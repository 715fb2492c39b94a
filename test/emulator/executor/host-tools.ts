import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";

/** A program of this machine with all that it takes to run it where this machine's files are not. */
export type HostTool = {
  readonly program: string;
  /** The dynamic loader; absent for a static program. */
  readonly loader?: string;
  /** Directories of its libraries. */
  readonly libraries: readonly string[];
};

/** Reads what `ldd` says of a program; all paths are real ones. */
export function hostTool(path: string): HostTool {
  const program = realpathSync(path);
  const listed = spawnSync("ldd", [program], { encoding: "utf8" });
  const files = [...(listed.stdout ?? "").matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(
    ([, file = ""]) => file,
  );
  const loader = files.find((file) => /\/ld[-.][^/]*$/.test(file));
  if (loader === undefined) return { program, libraries: [] };
  const libraries = new Set(files.map((file) => dirname(realpathSync(file))));
  return { program, loader: realpathSync(loader), libraries: [...libraries] };
}

/** The words that run a tool whose files are found by `where`. */
export function toolWords(
  { program, loader, libraries }: HostTool,
  where: (path: string) => string,
): string[] {
  if (loader === undefined) return [where(program)];
  return [where(loader), "--library-path", libraries.map(where).join(":"), where(program)];
}
