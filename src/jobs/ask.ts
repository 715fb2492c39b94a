import { AlError } from "../errors.ts";
import { GoogleCallError } from "../gcp/google-call-error.ts";
import { type Asked, known, unknown } from "../mapping/readiness-facts.ts";

/** The answer, or Google's reason for giving none: what cannot be found out is no failure of who asks. */
export async function ask<T>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return known(await question());
  } catch (error) {
    if (error instanceof GoogleCallError) return unknown(error.detail);
    if (error instanceof AlError) return unknown(error.message);
    throw error;
  }
}
