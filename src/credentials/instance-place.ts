import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError } from "../errors.ts";
import { pathSegment } from "./path-segment.ts";
import type { CredentialRef } from "./ref.ts";

/** Begins every name in the store that is al's own and neither an instance nor a field. */
export const OWN_PREFIX = ".al-";

/** Where one instance is, or would be. */
export type InstancePlace = {
  readonly ref: CredentialRef;
  readonly typeDirectory: string;
  readonly directory: string;
  /** The lock file that a writer holds. */
  readonly lock: string;
};

/**
 * The paths of an instance; nothing in a ref can make them lead out of the store.
 * @throws DataError for a ref that is not two single path segments
 */
export function instancePlace(store: string, ref: CredentialRef): InstancePlace {
  const type = pathSegment("a credential type", ref.type);
  const instance = pathSegment("a credential instance", ref.instance);
  const typeDirectory = join(store, type);
  return {
    ref,
    typeDirectory,
    directory: join(typeDirectory, instance),
    lock: join(typeDirectory, lockName(instance)),
  };
}

/** A file name has at most 255 bytes, and the lock's is longer than the instance's. */
const lockName = (instance: string): string => {
  const name = `.${instance}.lock`;
  if (Buffer.byteLength(name) <= 240) return name;
  return `.${createHash("sha256").update(instance).digest("hex")}.lock`;
};

/**
 * Refuses what could be written but would never be listed, or could be taken for one of al's own files.
 * @throws DataError for a type or instance that begins with a dot
 */
export function requireWritableRef(ref: CredentialRef): void {
  for (const part of [ref.type, ref.instance]) {
    if (!part.startsWith(".")) continue;
    throw new DataError({
      what: `${JSON.stringify(part)} cannot be part of a credential's name`,
      why: "names that begin with a dot are hidden, and al keeps its lock files under them",
      remedy: "Choose a name that begins with a letter or a digit.",
    });
  }
}
