import { GoogleError } from "../core/google-error.ts";

/** A stale etag is FAILED_PRECONDITION here, not ABORTED (https://cloud.google.com/secret-manager/docs/etags). */
export function checkEtag(given: unknown, current: string): void {
  if (given === undefined || given === "" || given === current) return;
  throw new GoogleError(
    "FAILED_PRECONDITION",
    "The etag provided in the request does not match the resource's current etag. " +
      "Please retry the whole read-modify-write with exponential backoff.",
  );
}
