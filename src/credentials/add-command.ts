import { join } from "node:path";
import { type CredentialRef, formatRef } from "./ref.ts";
import { shellWord } from "./shell-word.ts";
import { findType } from "./types.ts";

/**
 * What to paste into a shell to store a credential. `al creds add` asks for the fields of types that it knows; what others have
 * is written by hand, a file a field, readable by nobody else.
 */
export function addCommand(
  ref: CredentialRef,
  { store, field = "token" }: { readonly store: string; readonly field?: string },
): string {
  if (findType(ref.type) !== undefined) return `al creds add ${shellWord(formatRef(ref))}`;
  const directory = join(store, ref.type, ref.instance);
  const write = `printf %s "$VALUE" > ${shellWord(join(directory, field))}`;
  return `(umask 077; mkdir -p ${shellWord(directory)} && ${write})   # one file for each field; al does not know this type's`;
}
