import { randomBytes } from "node:crypto";
import {
  access,
  constants,
  mkdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { shellWord } from "../credentials/shell-word.ts";
import { hasCode } from "../credentials/store-error.ts";
import { ConfigError } from "../errors.ts";

/** A new content that lies on the disk beside the file it is for: what could fail has been done. */
export type FileReplacement = {
  /** Replaces the file at once. */
  put(): Promise<void>;
  /** Leaves the file as it is. */
  discard(): Promise<void>;
};

/**
 * The file's text; empty when there is no such file.
 * @throws ConfigError when it cannot be read
 */
export const textOf = (file: string): Promise<string> =>
  readFile(file, "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return "";
    throw refusal("read", file, error);
  });

/**
 * Makes everything ready to replace a file's text; it keeps its mode, a link stays a link, and missing directories are made.
 * @throws ConfigError where it cannot be written
 */
export async function prepareReplacement(file: string, text: string): Promise<FileReplacement> {
  const refuse = (error: unknown): never => {
    throw refusal("written", file, error);
  };
  const prepared = await prepare(file, text).catch(refuse);
  return {
    put: () =>
      rename(prepared.temporary, prepared.target).catch(async (error: unknown) => {
        await rm(prepared.temporary, { force: true });
        refuse(error);
      }),
    discard: () => rm(prepared.temporary, { force: true }),
  };
}

async function prepare(file: string, text: string): Promise<{ target: string; temporary: string }> {
  const target = await linkedFile(file);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const mode = await modeOf(target);
  const temporary = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, text, { mode, flag: "wx" });
  } catch (error) {
    // A full disk leaves a part of it.
    await rm(temporary, { force: true });
    throw error;
  }
  return { target, temporary };
}

/** Where a chain of links ends, whether or not something is there. */
async function linkedFile(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  const link = await readlink(file).catch((error: unknown) => {
    if (hasCode(error, "ENOENT", "EINVAL")) return undefined;
    throw error;
  });
  return link === undefined ? file : linkedFile(resolve(dirname(file), link));
}

/** Whoever made a file read-only does not want it replaced either. */
async function modeOf(target: string): Promise<number> {
  const known = await stat(target).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (known === undefined) return 0o644;
  await access(target, constants.W_OK);
  return known.mode & 0o777;
}

function refusal(verb: "read" | "written", file: string, cause: unknown): ConfigError {
  const what = `${file} cannot be ${verb}`;
  return new ConfigError({ what, ...wordsOf(file, cause) }, { cause });
}

function wordsOf(file: string, cause: unknown): { why: string; remedy: string } {
  if (hasCode(cause, "EACCES", "EPERM"))
    return {
      why: "this user may not do that",
      remedy: `If it is yours: chmod u+rw ${shellWord(file)}; chmod u+rwx ${shellWord(dirname(file))}`,
    };
  if (hasCode(cause, "EROFS"))
    return {
      why: "the file system is read-only",
      remedy: `Copy the project to a directory that can be written: cp -r ${shellWord(dirname(file))} ~/`,
    };
  if (hasCode(cause, "EISDIR", "ENOTDIR", "EEXIST"))
    return {
      why: "a directory is in the place of a file, or a file in the place of a directory",
      remedy: `Look which, and move it away: ls -ld ${shellWord(dirname(file))} ${shellWord(file)}`,
    };
  if (hasCode(cause, "ENOSPC", "EDQUOT"))
    return {
      why: "the disk is full",
      remedy: `Make room and repeat the command: df -h ${shellWord(dirname(file))}`,
    };
  return {
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: `Look at what is there: ls -la ${shellWord(dirname(file))}`,
  };
}
