import { AlError, type ErrorWords, EXIT, PermissionError, UnavailableError } from "../errors.ts";

/** Words of Google's, without anything that looks like a token or a key, and not too many of them. */
export function harmless(text: string): string {
  const hidden = text
    .replace(/-----BEGIN[\s\S]*?(-----END[^-]*-----|$)/g, "[hidden]")
    .replace(/\b(ya29\.|1\/\/|eyJ)[\w./+=~-]*/g, "[hidden]")
    .replace(/\s+/g, " ");
  return hidden.length > 500 ? `${hidden.slice(0, 500)} …` : hidden;
}

/** No answer, or one that says that there will be one later. */
export const unreachable = (host: string, why: string): UnavailableError =>
  new UnavailableError({
    what: `al could not sign in: ${host} cannot be used now`,
    why,
    remedy: "Check the network and https://status.cloud.google.com, then run the command again.",
  });

/** A sign-in of a person that has run out. */
export const loginExpired = (source: string, why: string): PermissionError =>
  new PermissionError({
    what: `The sign-in stored in ${source} is no longer accepted`,
    why: harmless(why),
    remedy: "Sign in again: gcloud auth application-default login",
  });

/** Google took a token no longer, even a new one. */
export const tokenRefused = (principal: string, why: string): AlError =>
  new AlError(EXIT.permission, {
    what: `Google does not accept the sign-in as ${principal}`,
    why: harmless(why),
    remedy:
      "Check that the account still exists and is enabled. If a person signs in: gcloud auth application-default login",
  });

/** Whether an answer's status says that the same request may be served later. */
export const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** A failure as an error of ours, and nothing else: causes could hold a request. */
export const withExit = (exit: (typeof EXIT)[keyof typeof EXIT], words: ErrorWords): AlError =>
  new AlError(exit, words);
