import { DEFAULT_CREDENTIAL } from "../config/cloud-config.ts";
import type { CloudTable } from "../config/schema.ts";
import { findCredential } from "../credentials/read-credentials.ts";
import { parseRef } from "../credentials/ref.ts";
import type { Secret } from "../credentials/secret.ts";
import { writeInstance } from "../credentials/write-instance.ts";
import { DataError } from "../errors.ts";
import { parseServiceAccountKey } from "../gcp/service-account-key.ts";
import type { Io } from "./io.ts";
import { canAsk, createPrompts } from "./prompts.ts";
import { expandPath, readValueFile } from "./value-file.ts";

/** The key that `[cloud]` signs in with. */
export type GcpKey =
  | { readonly kind: "none" }
  | { readonly kind: "stored" }
  | { readonly kind: "missing"; readonly ref: string }
  | {
      readonly kind: "new";
      readonly ref: string;
      readonly email: string;
      readonly content: Secret;
    };

/** The project of a stored key; undefined when there is none, or none that can be read. */
export async function keyProject(store: string, ref: string): Promise<string | undefined> {
  const json = await storedKey(store, ref);
  if (json === undefined) return undefined;
  try {
    return parseServiceAccountKey(json, ref).project;
  } catch (error) {
    // It is about to be replaced, or the look at the project says what is wrong with it.
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

async function storedKey(store: string, ref: string): Promise<Secret | undefined> {
  const credential = await findCredential(store, parseRef(ref));
  return credential?.fields.find(({ name }) => name === "key_json")?.content;
}

/**
 * Reads the key that is named or asked for, and stores nothing; one that is stored already stays.
 * @throws DataError when the file cannot be read or is no service-account key; PromptCancelled
 */
export async function readKey(
  table: CloudTable,
  { keyFile, store, io }: { keyFile: string | undefined; store: string; io: Io },
): Promise<GcpKey> {
  if (table.auth === "adc" || table.auth === "impersonate") return { kind: "none" };
  const ref = table.credential ?? DEFAULT_CREDENTIAL;
  const isStored = (await storedKey(store, ref)) !== undefined;
  const file = keyFile ?? (isStored ? undefined : await askKeyFile(io));
  if (file === undefined || file === "")
    return isStored ? { kind: "stored" } : { kind: "missing", ref };
  const content = await readValueFile(file, io);
  const { email } = parseServiceAccountKey(content, expandPath(file, io));
  return { kind: "new", ref, email, content };
}

/** Stores a new key; nothing for any other. */
export async function storeKey(key: GcpKey, store: string): Promise<void> {
  if (key.kind !== "new") return;
  await writeInstance(store, parseRef(key.ref), new Map([["key_json", key.content]]));
}

/** What is to be told about the key once all is written. */
export function keyNotes(key: GcpKey): string[] {
  switch (key.kind) {
    case "new":
      return [`Stored the key of ${key.email} as ${key.ref}`];
    case "missing":
      return [
        `No key is stored. When you have one: al creds add ${key.ref} --from-file key_json=key.json`,
      ];
    case "none":
    case "stored":
      return [];
  }
}

async function askKeyFile(io: Io): Promise<string | undefined> {
  if (!canAsk(io)) return undefined;
  const message = "File with the service-account key (leave it empty if you have none yet)";
  return (await createPrompts(io)).text({ message, optional: true });
}
