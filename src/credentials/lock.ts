import { randomBytes } from "node:crypto";
import { lstat, mkdir, readlink, symlink, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { TryAgainError } from "../errors.ts";
import { shellWord } from "./shell-word.ts";
import type { StoreClock } from "./store-clock.ts";
import { hasCode, isMissing, unreadable, unwritable } from "./store-error.ts";

/** How long a writer or a reader waits for another process. */
export const PATIENCE_MS = 10_000;
/** How often it looks. */
export const POLL_MS = 20;
/** No owner needs a lock this long: one that is older was left behind, on this machine or another. */
const ABANDONED_MS = 30_000;

/** Who holds a lock; `pid` and `host` are unknown when something else than al made its file. */
type Holder = {
  readonly text: string;
  readonly modifiedMs: number;
  readonly pid: number | undefined;
  readonly host: string | undefined;
};

/**
 * Runs the action while this process alone holds the lock file.
 * @throws TryAgainError when another process holds it for more than 10 seconds; ConfigError where it cannot be written
 */
export async function withLock<T>(
  path: string,
  clock: StoreClock,
  action: () => Promise<T>,
): Promise<T> {
  const token = randomBytes(6).toString("hex");
  const text = JSON.stringify({ pid: process.pid, host: hostname(), token });
  await acquire(path, text, clock);
  try {
    return await action();
  } finally {
    await removeIf(path, (holder) => holder.text === text);
  }
}

/** The refusal of a process that has waited long enough. */
export async function stillLocked(path: string): Promise<TryAgainError> {
  const holder = await findHolder(path);
  const owner =
    holder?.pid === undefined
      ? "another process"
      : `process ${holder.pid} on ${holder.host ?? "an unknown machine"}`;
  return new TryAgainError({
    what: `The credential behind ${path} is being changed by ${owner}`,
    why: `it has held the lock for more than ${PATIENCE_MS / 1000} seconds`,
    remedy: `Try again. If that process is gone for good: rm ${shellWord(path)}`,
  });
}

async function acquire(path: string, text: string, clock: StoreClock): Promise<void> {
  const deadline = clock.now() + PATIENCE_MS;
  while (!(await createLock(path, text))) {
    if (await breakAbandoned(path, clock)) continue;
    if (clock.now() >= deadline) throw await stillLocked(path);
    await clock.sleep(POLL_MS);
  }
}

/**
 * Creates the lock, and the directories above it; or returns false where one is there. It is a symbolic link to its owner's name:
 * the one file that is made together with its content, so that a process killed at any moment leaves no lock of nobody's.
 */
async function createLock(path: string, text: string): Promise<boolean> {
  try {
    await symlink(text, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    if (!hasCode(error, "ENOENT")) throw unwritable(dirname(path), error);
  }
  // Also when the type's directory went with its last instance a moment ago.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(dirname(path), error);
  });
  return createLock(path, text);
}

/** Removes a lock whose owner is gone; true when the lock may be tried again at once. */
async function breakAbandoned(path: string, clock: StoreClock): Promise<boolean> {
  const holder = await findHolder(path);
  if (holder === undefined) return true;
  if (!isAbandoned(holder, clock.now())) return false;
  // Of several that find the same dead lock, one at a time looks again and removes it: none removes a successor's.
  const guard = `${path}.broken`;
  if (!(await createLock(guard, "breaking"))) {
    await removeIf(guard, (other) => isOld(other, clock.now()));
    return false;
  }
  try {
    await removeIf(path, (again) => again.text === holder.text);
  } finally {
    await removeIf(guard, () => true);
  }
  return true;
}

async function removeIf(path: string, rule: (holder: Holder) => boolean): Promise<void> {
  const holder = await findHolder(path);
  if (holder === undefined || !rule(holder)) return;
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) throw unwritable(dirname(path), error);
  });
}

async function findHolder(path: string): Promise<Holder | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readOwner(path), lstat(path)]);
    return { text, modifiedMs: mtimeMs, ...parseOwner(text) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

const readOwner = (path: string): Promise<string> =>
  readlink(path).catch((error: unknown) => {
    if (hasCode(error, "EINVAL")) return "";
    throw error;
  });

function parseOwner(text: string): Pick<Holder, "pid" | "host"> {
  const [, pid, host] = /^\{"pid":([1-9]\d{0,9}),"host":"([^"\\]*)"/.exec(text) ?? [];
  return { pid: pid === undefined ? undefined : Number(pid), host };
}

const isAbandoned = (holder: Holder, now: number): boolean =>
  isOld(holder, now) ||
  (holder.pid !== undefined && holder.host === hostname() && !isAlive(holder.pid));

/** A time far ahead is no time to wait for either: the machine's clock was set back. */
const isOld = ({ modifiedMs }: Holder, now: number): boolean =>
  Math.abs(now - modifiedMs) > ABANDONED_MS;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal, but there.
    return hasCode(error, "EPERM");
  }
}
