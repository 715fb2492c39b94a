import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, DataError } from "../errors.ts";
import type { Credential, CredentialField } from "./credential.ts";
import { type CredentialRef, formatRef } from "./ref.ts";
import { Secret } from "./secret.ts";
import { fieldType, findType } from "./types.ts";

export type ReadCredentials = {
  readonly credentials: readonly Credential[];
  /** Sentences about fields that are empty or not stored; one a field. */
  readonly warnings: readonly string[];
};

/**
 * Reads the given instances from the store.
 * @throws ConfigError naming every instance that is not stored; DataError for a field that is not text
 */
export async function readCredentials(
  store: string,
  refs: readonly CredentialRef[],
): Promise<ReadCredentials> {
  const instances = await Promise.all(refs.map((ref) => readInstance(store, ref)));
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
): Promise<Credential | undefined> {
  const { credential } = await readInstance(store, ref);
  return credential.fields.length === 0 ? undefined : credential;
}

async function readInstance(store: string, ref: CredentialRef) {
  const directory = join(store, ref.type, ref.instance);
  const names = await fieldNames(directory);
  const fields = await Promise.all(names.map((name) => readField(directory, ref.type, name)));
  const declared = findType(ref.type)?.fields.map(({ name }) => name) ?? [];
  const absent = declared.filter((name) => !names.includes(name));
  const empty = fields.filter(({ content }) => content.isEmpty).map(({ name }) => name);
  return {
    credential: { ref, fields: fields.filter(({ content }) => !content.isEmpty) },
    warnings: [
      ...empty.map((name) => `${formatRef(ref)}: the field ${name} is empty and is left out`),
      ...absent.map((name) => `${formatRef(ref)}: the field ${name} is not stored`),
    ],
  };
}

/** Names of field files, sorted. Dotfiles and what editors leave behind are not fields. */
async function fieldNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unreadable(directory, error);
  });
  return entries
    .filter((entry) => !entry.isDirectory() && isFieldName(entry.name))
    .map(({ name }) => name)
    .sort();
}

const isFieldName = (name: string): boolean =>
  !name.startsWith(".") && !name.startsWith("#") && !name.endsWith("~");

async function readField(directory: string, type: string, name: string): Promise<CredentialField> {
  const path = join(directory, name);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const { kind, env = [] } = fieldType(type, name);
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

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ENOENT" || error.code === "ENOTDIR");

function unreadable(path: string, cause: unknown): ConfigError {
  return new ConfigError(
    {
      what: `${path} cannot be read`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: `Make it readable for you: chmod u+rwX ${path}`,
    },
    { cause },
  );
}

function missingCredentials(store: string, refs: readonly CredentialRef[]): ConfigError {
  const names = refs.map(formatRef).join(", ");
  return new ConfigError({
    what:
      refs.length === 1
        ? `The credential ${names} is missing`
        : `Credentials are missing: ${names}`,
    why: `nothing is stored in ${refs.map(({ type, instance }) => join(store, type, instance)).join(" or ")}`,
    remedy: refs.map((ref) => `al creds add ${formatRef(ref)}`).join("\n"),
  });
}
