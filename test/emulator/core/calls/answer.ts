import { GoogleError } from "../google-error.ts";
import type { Json } from "../handler.ts";
import type { ApiMethod } from "../wire/api-definitions.ts";

/** A call as a transport hands it over. */
export type Arrival = {
  readonly method: ApiMethod;
  readonly transport: "grpc" | "rest";
  readonly authorization: string | undefined;
  /** Aborted when the client has cancelled or gone. */
  readonly gone: AbortSignal;
};

/** What a transport is to do for the client. */
export type Answer =
  | { readonly kind: "reply"; readonly reply: Json }
  | { readonly kind: "error"; readonly error: GoogleError }
  /** Drop the connection without a word. */
  | { readonly kind: "reset" };

/** The journal's word for an answer; a client sees a dropped connection as UNAVAILABLE. */
export function statusOf(answer: Answer): string {
  switch (answer.kind) {
    case "reply":
      return "OK";
    case "error":
      return answer.error.status;
    case "reset":
      return "UNAVAILABLE";
  }
}

/**
 * Google's own answer to a bug of its own. Where it happened goes to the log; the error's text does not, because
 * it may quote a request.
 */
export function asGoogleError(error: unknown, log: (line: string) => void): GoogleError {
  if (error instanceof GoogleError) return error;
  const { name, stack } = error instanceof Error ? error : { name: typeof error, stack: "" };
  const frames = (stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line));
  log([`internal error: ${name}`, ...frames.slice(0, 6)].join("\n"));
  return new GoogleError("INTERNAL", "Internal error encountered.");
}
