import type { CredentialType } from "../credentials/credential-type.ts";
import { findCredential } from "../credentials/read-credentials.ts";
import type { CredentialRef } from "../credentials/ref.ts";
import type { Secret } from "../credentials/secret.ts";

/** The non-empty stored fields of an instance, by name. */
export async function storedValues(
  store: string,
  ref: CredentialRef,
): Promise<Map<string, Secret>> {
  const credential = await findCredential(store, ref);
  return new Map(credential?.fields.map(({ name, content }) => [name, content]));
}

/** Fields without which an instance is not whole, and that are not there. */
export const missingFields = (
  type: CredentialType,
  values: ReadonlyMap<string, Secret>,
): string[] =>
  type.fields
    .filter(({ name, optional }) => optional !== true && !values.has(name))
    .map(({ name }) => name);
