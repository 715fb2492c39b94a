import { stat } from "node:fs/promises";
import { join } from "node:path";
import { finishChange, isChanging } from "./field-change.ts";
import type { InstancePlace } from "./instance-place.ts";
import { PATIENCE_MS, POLL_MS, stillLocked, withLock } from "./lock.ts";
import type { StoreClock } from "./store-clock.ts";
import { unwritable } from "./store-error.ts";
import { fieldFiles } from "./stored-fields.ts";

/** Shorter than a change takes, so that even one who changes an instance all the time leaves a moment to read it. */
const RETRY_MS = 1;

/**
 * Gives what `read` finds in an instance's directory, all of it from one moment: it is read again when fields changed meanwhile,
 * and not before a change that is under way, or was left half done, is finished. Staging new values disturbs no reader.
 * @throws TryAgainError when it keeps changing for more than 10 seconds; what `read` throws
 */
export async function readSteadily<T>(
  place: InstancePlace,
  clock: StoreClock,
  read: () => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + PATIENCE_MS;
  do {
    // In this order: a change that ends between the two looks shows in the signatures.
    const before = await signature(place.directory);
    if (await isChanging(place.directory)) {
      await endOfChange(place, clock);
      continue;
    }
    const outcome = await settle(read);
    if ((await signature(place.directory)) === before) return unwrap(outcome);
    await clock.sleep(RETRY_MS);
  } while (clock.now() < deadline);
  throw await stillLocked(place.lock);
}

async function endOfChange(place: InstancePlace, clock: StoreClock): Promise<void> {
  await clock.sleep(POLL_MS);
  if (!(await isChanging(place.directory))) return;
  await withLock(place.lock, clock, () => finishChange(place.directory)).catch((error: unknown) => {
    throw unwritable(place.directory, error);
  });
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

const settle = <T>(read: () => Promise<T>): Promise<Outcome<T>> =>
  read().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

function unwrap<T>(outcome: Outcome<T>): T {
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

/** Tells any two states of the fields apart without reading them; a replaced field is another file. */
async function signature(directory: string): Promise<string> {
  const files = await fieldFiles(directory);
  const identities = await Promise.all(files.map((file) => identity(join(directory, file))));
  return [await inode(directory), ...files, ...identities].join("/");
}

const inode = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(({ ino }) => String(ino), absence);

const identity = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => [ino, size, mtimeNs, ctimeNs].join(","),
    absence,
  );

const absence = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown";
