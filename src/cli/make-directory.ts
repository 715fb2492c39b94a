import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigError, UsageError } from "../errors.ts";

/**
 * Refuses a path at which something is already.
 * @throws UsageError unless there is nothing, or an empty directory, in a directory that exists
 */
export async function requireFree(path: string): Promise<void> {
  await requireParent(path);
  const names = await readdir(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return [];
    if (hasCode(error, "ENOTDIR")) return [basename(path)];
    throw unwritable(path, error);
  });
  if (names.length === 0) return;
  throw new UsageError({
    what: `${path} is not empty`,
    why: "a new project never mixes with what is there",
    remedy: "Choose another name, or empty that directory first.",
  });
}

async function requireParent(path: string): Promise<void> {
  const parent = dirname(path);
  const isThere = await stat(parent).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isThere) return;
  throw new UsageError({
    what: `There is no directory ${parent} to make ${basename(path)} in`,
    remedy: "Choose a place that exists.",
  });
}

/**
 * Makes a directory with these files, whole or not at all: it is built beside its place and moved there in one step.
 * @throws ConfigError where the file system refuses
 */
export async function makeDirectory(
  path: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const building = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(building);
    for (const [name, content] of files) {
      await mkdir(dirname(join(building, name)), { recursive: true });
      await writeFile(join(building, name), content);
    }
    await rename(building, path);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw unwritable(path, error);
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

const unwritable = (path: string, cause: unknown): ConfigError =>
  new ConfigError(
    {
      what: `${path} cannot be made`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: "Choose a place where you may write.",
    },
    { cause },
  );
