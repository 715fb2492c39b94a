import { chmod, lstat, mkdir } from "node:fs/promises";
import { DataError } from "../errors.ts";
import { changeFields, finishChange } from "./field-change.ts";
import { type InstancePlace, instancePlace, requireWritableRef } from "./instance-place.ts";
import { withLock } from "./lock.ts";
import { pathSegment } from "./path-segment.ts";
import { type CredentialRef, formatRef } from "./ref.ts";
import type { Secret } from "./secret.ts";
import { type StoreClock, systemStoreClock } from "./store-clock.ts";
import { unwritable } from "./store-error.ts";
import { fieldFiles, isFieldName } from "./stored-fields.ts";
import { fieldType, presentedName } from "./types.ts";

/**
 * Stores these fields of an instance as one change and leaves its other fields as they are. Each file is the trimmed value and one
 * line break, mode 0600, in directories of mode 0700.
 * @throws DataError for a name that is no field or a value that is no text; ConfigError where the store cannot be written;
 * TryAgainError while another process changes the instance
 */
export async function writeInstance(
  store: string,
  ref: CredentialRef,
  fields: ReadonlyMap<string, Secret>,
  clock: StoreClock = systemStoreClock,
): Promise<void> {
  requireWritableRef(ref);
  const place = instancePlace(store, ref);
  const contents = fileContents(ref, fields);
  if (contents.size === 0) return;
  await withLock(place.lock, clock, () => replaceFields(place, contents)).catch(
    (error: unknown) => {
      throw unwritable(place.directory, error);
    },
  );
}

async function replaceFields(
  { ref, typeDirectory, directory }: InstancePlace,
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await closeToOthers(typeDirectory);
  await closeToOthers(directory);
  await finishChange(directory);
  const stored = await fieldFiles(directory);
  const older = [...contents].flatMap(([name, bytes]) =>
    // An older name that is there must not keep the old value: the tool that reads it would go on using it.
    (fieldType(ref.type, name).alternatives ?? [])
      .filter((file) => stored.includes(file))
      .map((file) => [file, bytes] as const),
  );
  await changeFields(directory, new Map([...contents, ...older]));
}

/** A link's target is not the store's to change. */
async function closeToOthers(directory: string): Promise<void> {
  const status = await lstat(directory);
  if (status.isDirectory() && (status.mode & 0o777) !== 0o700) await chmod(directory, 0o700);
}

/** File name → bytes; where a field comes under its name and an older one, its name wins. */
function fileContents(
  ref: CredentialRef,
  fields: ReadonlyMap<string, Secret>,
): Map<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  for (const [given, secret] of fields) {
    const name = presentedName(ref.type, requireFieldName(given));
    if (name === given || !fields.has(name)) contents.set(name, fileBytes(ref, name, secret));
  }
  return contents;
}

function requireFieldName(name: string): string {
  if (isFieldName(pathSegment("a field", name))) return name;
  throw new DataError({
    what: `${JSON.stringify(name)} cannot be a field`,
    why: "hidden files and the leftovers of editors are never read as fields",
    remedy: 'Choose a name that begins with a letter or a digit and does not end in "~".',
  });
}

function fileBytes(ref: CredentialRef, name: string, secret: Secret): Uint8Array {
  const text = `${secret.reveal().trim()}\n`;
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text);
  throw new DataError({
    what: `The value of ${formatRef(ref)} ${name} is not text`,
    why: "it has half of a character, which UTF-8 cannot hold",
    remedy: "Store binary values in an encoded form, such as base64.",
  });
}
