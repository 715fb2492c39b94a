import type { Finding } from "./finding.ts";
import type { HttpAnswer, HttpCall } from "./http-call.ts";

/** An instance's values by field, trimmed; a field that is not stored is the empty text. */
export type Values = (field: string) => string;

/** What a check may use of the world. */
export type CheckTools = {
  /** Sends a request; gives the answer, or why there is none that says anything. */
  send(call: HttpCall): Promise<HttpAnswer | { readonly silence: string }>;
  /** Milliseconds since the epoch. */
  now(): number;
};

/** How one type's values are checked; without `find` there is nothing to look at. */
export type Check = {
  readonly checked: string;
  readonly find?: (values: Values, tools: CheckTools) => Finding | Promise<Finding>;
};
