import { GoogleError } from "../core/google-error.ts";

/**
 * Google's words for a filter that is not one, as users quote them, e.g. in
 * https://github.com/nextflow-io/nextflow/issues/3353
 */
export function unparseable(filter: string, at: { offset: number; text: string }): GoogleError {
  const before = filter.slice(0, at.offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const place = `line ${before.length}, column ${column}, token '${at.text}'`;
  return invalid(`Unparseable filter: syntax error at ${place}`);
}

/** The refusal of a filter or a request that asks for what cannot be. */
export const invalid = (message: string): GoogleError =>
  new GoogleError("INVALID_ARGUMENT", message);
