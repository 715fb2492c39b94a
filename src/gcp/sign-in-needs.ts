import { readFile } from "node:fs/promises";
import { type Clock, systemClock } from "./clock.ts";
import { googleLibrary, type Library } from "./sign-in-library.ts";
import { type SendRequest, sendRequest } from "./sign-in-request.ts";

/** What signing in needs of the world. */
export type SignInNeeds = {
  readonly send: SendRequest;
  readonly library: Library;
  readonly clock: Clock;
  /** How long a token service may take to answer; milliseconds. */
  readonly answerWithinMs: number;
  /** Rejects with `code: "ENOENT"` where there is no file. */
  readFile(path: string): Promise<string>;
};

/** Tokens expire by the real time, whatever clock the rest goes by. */
export const signInNeeds: SignInNeeds = {
  send: sendRequest,
  library: googleLibrary,
  clock: systemClock,
  answerWithinMs: 30_000,
  readFile: (path) => readFile(path, "utf8"),
};
