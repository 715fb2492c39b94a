import { pathSegment } from "./path-segment.ts";

/** Which credential is meant: a type and one of its instances. */
export type CredentialRef = { readonly type: string; readonly instance: string };

export const DEFAULT_INSTANCE = "default";

/**
 * Reads `type` or `type:instance`; the first colon divides, blanks around both halves do not count.
 * @throws DataError when a half is not a single path segment
 */
export function parseRef(text: string): CredentialRef {
  const colon = text.indexOf(":");
  const type = (colon < 0 ? text : text.slice(0, colon)).trim();
  const instance = colon < 0 ? DEFAULT_INSTANCE : text.slice(colon + 1).trim();
  return {
    type: pathSegment("a credential type", type),
    instance: pathSegment("a credential instance", instance),
  };
}

/** The ref as people write it: the type alone for the default instance. */
export function formatRef(ref: CredentialRef): string {
  return ref.instance === DEFAULT_INSTANCE ? ref.type : `${ref.type}:${ref.instance}`;
}
