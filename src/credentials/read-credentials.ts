import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, DataError } from "../errors.ts";
import { addCommand } from "./add-command.ts";
import type { Credential, CredentialField } from "./credential.ts";
import type { FieldType } from "./credential-type.ts";
import { type InstancePlace, instancePlace } from "./instance-place.ts";
import { type CredentialRef, formatRef } from "./ref.ts";
import { Secret } from "./secret.ts";
import { readSteadily } from "./steady-read.ts";
import { type StoreClock, systemStoreClock } from "./store-clock.ts";
import { unreadable } from "./store-error.ts";
import { storedFields } from "./stored-fields.ts";
import { fieldType, findType } from "./types.ts";

export type ReadCredentials = {
  readonly credentials: readonly Credential[];
  /** Sentences about fields that are empty or not stored; one a field. */
  readonly warnings: readonly string[];
};

/**
 * Reads the given instances from the store, each as it was at one moment.
 * @throws ConfigError naming every instance that is not stored; DataError for a field that is not text; TryAgainError while
 * another process changes an instance
 */
export async function readCredentials(
  store: string,
  refs: readonly CredentialRef[],
  clock: StoreClock = systemStoreClock,
): Promise<ReadCredentials> {
  const instances = await Promise.all(refs.map((ref) => readInstance(store, ref, clock)));
  const missing = instances.filter(({ credential }) => credential.fields.length === 0);
  if (missing.length > 0)
    throw missingCredentials(
      store,
      missing.map(({ credential }) => credential.ref),
    );
  return {
    credentials: instances.map(({ credential }) => credential),
    warnings: instances.flatMap(({ warnings }) => warnings),
  };
}

/** One stored instance, or undefined when nothing of it is stored. */
export async function findCredential(
  store: string,
  ref: CredentialRef,
  clock: StoreClock = systemStoreClock,
): Promise<Credential | undefined> {
  const { credential } = await readInstance(store, ref, clock);
  return credential.fields.length === 0 ? undefined : credential;
}

async function readInstance(store: string, ref: CredentialRef, clock: StoreClock) {
  const place = instancePlace(store, ref);
  const fields = await readSteadily(place, clock, () => readFields(place));
  const declared = findType(ref.type)?.fields.filter(({ optional = false }) => !optional) ?? [];
  const absent = declared.filter(({ name }) => !fields.some((field) => field.name === name));
  const empty = fields.filter(({ content }) => content.isEmpty);
  return {
    credential: { ref, fields: fields.filter(({ content }) => !content.isEmpty) },
    warnings: [
      ...empty.map(({ name }) => `${formatRef(ref)}: the field ${name} is empty and is left out`),
      ...absent.map(({ name }) => `${formatRef(ref)}: the field ${name} is not stored`),
    ],
  };
}

async function readFields({ ref, directory }: InstancePlace): Promise<CredentialField[]> {
  const stored = await storedFields(directory, ref.type);
  return Promise.all(
    stored.map(({ name, file }) => readField(join(directory, file), fieldType(ref.type, name))),
  );
}

async function readField(path: string, type: FieldType): Promise<CredentialField> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const { name, kind, env = [] } = type;
  const value = decode(bytes, path).trim();
  const ending = kind === "key" && value !== "" ? "\n" : "";
  return { name, kind, env, content: new Secret(value + ending) };
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(
      {
        what: `${path} is not text`,
        why: "its bytes are not valid UTF-8",
        remedy: "Store binary values in an encoded form, such as base64.",
      },
      { cause },
    );
  }
}

function missingCredentials(store: string, refs: readonly CredentialRef[]): ConfigError {
  const names = refs.map(formatRef).join(", ");
  return new ConfigError({
    what:
      refs.length === 1
        ? `The credential ${names} is missing`
        : `Credentials are missing: ${names}`,
    why: `nothing is stored in ${refs.map(({ type, instance }) => join(store, type, instance)).join(" or ")}`,
    remedy: refs.map((ref) => addCommand(ref, { store })).join("\n"),
  });
}
