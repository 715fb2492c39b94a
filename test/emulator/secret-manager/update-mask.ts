import { GoogleError } from "../core/google-error.ts";

/** The fields of a secret that UpdateSecret may change here. */
export type UpdatablePath = "labels" | "annotations" | "versionAliases" | "expireTime" | "ttl";

const UPDATABLE = new Set<string>(["labels", "annotations", "versionAliases", "expireTime", "ttl"]);

const isUpdatable = (path: string): path is UpdatablePath => UPDATABLE.has(path);

/** Paths in snake_case or camelCase; an empty mask is allowed and changes only the etag. */
export function parseUpdateMask(mask: unknown): ReadonlySet<UpdatablePath> {
  if (mask === undefined || mask === null) {
    throw new GoogleError("INVALID_ARGUMENT", "Field [update_mask] is required.");
  }
  const paths = String(mask)
    .split(",")
    .filter((path) => path !== "")
    .map(camelCase);
  // `*`, keys of maps (`labels.x`), immutable and unknown fields are refused with one and the same text.
  return new Set(
    paths.map((path) => {
      if (isUpdatable(path)) return path;
      throw new GoogleError("INVALID_ARGUMENT", "Request contains an invalid argument.");
    }),
  );
}

const camelCase = (path: string): string =>
  path.trim().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
