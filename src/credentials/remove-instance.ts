import { randomBytes } from "node:crypto";
import { lstat, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type InstancePlace, instancePlace, OWN_PREFIX } from "./instance-place.ts";
import { withLock } from "./lock.ts";
import type { CredentialRef } from "./ref.ts";
import { type StoreClock, systemStoreClock } from "./store-clock.ts";
import { hasCode, isMissing, unwritable } from "./store-error.ts";

const REMOVED = new RegExp(`^\\${OWN_PREFIX}[0-9a-f]{12}\\.removed$`);

/**
 * Removes exactly that instance, then its type's directory if nothing else is in it. Of an instance that is a symbolic link only
 * the link goes. False when nothing was there.
 * @throws ConfigError where the store cannot be written; TryAgainError while another process changes the instance
 */
export async function removeInstance(
  store: string,
  ref: CredentialRef,
  clock: StoreClock = systemStoreClock,
): Promise<boolean> {
  const place = instancePlace(store, ref);
  try {
    if ((await kindOf(place.directory)) === "nothing") return false;
    const removed = await withLock(place.lock, clock, () => takeAway(place));
    await deleteTakenAway(place.typeDirectory);
    await rmdir(place.typeDirectory).catch((error: unknown) => {
      if (!hasCode(error, "ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR", "EBUSY")) throw error;
    });
    return removed;
  } catch (error) {
    throw unwritable(place.directory, error);
  }
}

/** One rename, so that a reader finds all fields or none, and what is deleted afterwards cannot be a new instance. */
async function takeAway({ directory, typeDirectory }: InstancePlace): Promise<boolean> {
  const kind = await kindOf(directory);
  if (kind === "directory") {
    const name = `${OWN_PREFIX}${randomBytes(6).toString("hex")}.removed`;
    await rename(directory, join(typeDirectory, name));
  }
  if (kind === "link") await unlink(directory);
  return kind !== "nothing";
}

/** Also what an earlier removal that was cut short has left. */
async function deleteTakenAway(typeDirectory: string): Promise<void> {
  const names = await readdir(typeDirectory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names.filter((one) => REMOVED.test(one))) {
    await rm(join(typeDirectory, name), { recursive: true, force: true });
  }
}

async function kindOf(path: string): Promise<"directory" | "link" | "nothing"> {
  try {
    const status = await lstat(path);
    if (status.isSymbolicLink()) return "link";
    return status.isDirectory() ? "directory" : "nothing";
  } catch (error) {
    if (isMissing(error)) return "nothing";
    throw error;
  }
}
