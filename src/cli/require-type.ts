import type { CredentialType } from "../credentials/credential-type.ts";
import { CREDENTIAL_TYPES, findType } from "../credentials/types.ts";
import { UsageError } from "../errors.ts";
import { nearMatches } from "./near-matches.ts";

/**
 * The built-in type of that id.
 * @throws UsageError naming those that may be meant
 */
export function requireType(id: string): CredentialType {
  const type = findType(id);
  if (type !== undefined) return type;
  const near = nearMatches(
    id,
    CREDENTIAL_TYPES.map((known) => known.id),
  );
  throw new UsageError({
    what: `There is no credential type "${id}"`,
    why:
      near.length === 0
        ? "al can only ask for the fields of types that it knows"
        : `perhaps you mean ${near.join(" or ")}`,
    remedy:
      near.length === 0
        ? "List the types: al creds types"
        : `al creds add ${near[0]}\nList all types: al creds types`,
  });
}
