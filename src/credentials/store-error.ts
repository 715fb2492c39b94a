import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { AlError, ConfigError } from "../errors.ts";
import { shellWord } from "./shell-word.ts";

/** Whether an error of the file system has one of these codes. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  codes.includes(error.code);

/** Whether nothing is at the path, or a part of it is no directory. */
export const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT", "ENOTDIR");

/** The refusal for a part of the store that cannot be read. */
export function unreadable(path: string, cause: unknown): ConfigError {
  return new ConfigError(
    {
      what: `${path} cannot be read`,
      why: messageOf(cause),
      remedy: `Make it readable for you: chmod u+rwX ${shellWord(path)}`,
    },
    { cause },
  );
}

/** The refusal for a part of the store that cannot be written; what al itself refused stays as it is. */
export function unwritable(path: string, cause: unknown): AlError {
  if (cause instanceof AlError) return cause;
  const { why, remedy } = refusalWords(path, cause);
  return new ConfigError({ what: `${path} cannot be written`, why, remedy }, { cause });
}

const refusalWords = (path: string, cause: unknown): { why: string; remedy: string } => {
  if (hasCode(cause, "EROFS"))
    return {
      why: "the file system is read-only",
      remedy: "Name a store that can be written: export AL_CREDENTIALS_DIR=<directory>",
    };
  if (hasCode(cause, "EACCES", "EPERM"))
    return {
      why: "this user may not write there",
      remedy: `If it is yours: chmod -R u+rwX ${shellWord(nearestExisting(path))}`,
    };
  if (hasCode(cause, "ENOSPC", "EDQUOT"))
    return {
      why: "the disk is full",
      remedy: `Make room and repeat the command: df -h ${shellWord(nearestExisting(path))}`,
    };
  if (hasCode(cause, "ENOTDIR", "EEXIST"))
    return {
      why: "a file is in the place of a directory",
      remedy: `Look which, and move it away: ls -ld ${shellWord(nearestExisting(path))}`,
    };
  return {
    why: messageOf(cause),
    remedy: `Look at what is there: ls -la ${shellWord(nearestExisting(path))}`,
  };
};

/** A command about what could not be made has to name what is there. */
const nearestExisting = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);
