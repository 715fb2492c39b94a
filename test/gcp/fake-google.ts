import { inspect } from "node:util";
import { expect, type Mock, vi } from "vitest";
import { AlError } from "../../src/errors.ts";
import { type Caller, createCaller } from "../../src/gcp/call.ts";
import type { Clock } from "../../src/gcp/clock.ts";
import { CODE, GoogleCallError } from "../../src/gcp/google-call-error.ts";
import type { Session } from "../../src/gcp/session.ts";

export const PROJECT = "demo-project";
export const PRINCIPAL = "al-controller@demo-project.iam.gserviceaccount.com";
/** The options that every call carries. */
export const DEADLINE = { timeout: 30_000, retry: null };
/** The pauses between five tries when the clock's chance is one half. */
export const ALL_PAUSES = [500, 1_000, 2_000, 4_000];

/** A clock that jumps, and remembers how far. */
export class FakeClock implements Clock {
  readonly sleeps: number[] = [];
  readonly #chance: number;
  #now = 0;

  constructor(chance = 0.5) {
    this.#chance = chance;
  }

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.sleeps.push(milliseconds);
    this.#now += milliseconds;
  }

  random(): number {
    return this.#chance;
  }
}

/** No call in these tests signs anything, so there is nothing to sign with. */
export const session: Session = {
  project: PROJECT,
  principal: PRINCIPAL,
  emulator: undefined,
  auth: undefined as unknown as Session["auth"],
};

export const callerAt = (clock: Clock): Caller => createCaller(session, clock, () => undefined);

/** What grpc-js rejects with, as the generated clients pass it on. */
export const grpcError = (
  code: number,
  details: string,
  more: Readonly<Record<string, unknown>> = {},
): Error => Object.assign(new Error(`${code} STATUS: ${details}`), { code, details, ...more });

/** A method of a client that gives these answers, one a call; errors are rejections. */
export function answering(...answers: readonly unknown[]): Mock {
  const method = vi.fn(async (): Promise<unknown> => {
    throw new Error("called more often than there are answers");
  });
  for (const answer of answers) {
    if (answer instanceof Error) method.mockRejectedValueOnce(answer);
    else method.mockResolvedValueOnce(answer);
  }
  return method;
}

/** Everything that a person or a program may read of a failure. */
export type Threw = {
  readonly name: string;
  readonly exit: number;
  readonly code?: number;
  readonly what: string;
  readonly why: string | undefined;
  readonly remedy: string;
  readonly terraform?: string;
};

export type Outcome = { readonly returned: unknown } | { readonly threw: Threw };

/** How some work ended, as a value; anything but an AlError is passed on. */
export async function outcomeOf(work: Promise<unknown>): Promise<Outcome> {
  try {
    return { returned: await work };
  } catch (error) {
    return { threw: wordsOf(error) };
  }
}

export function wordsOf(error: unknown): Threw {
  if (!(error instanceof AlError)) throw error;
  return {
    name: error.name,
    exit: error.exit,
    ...(error instanceof GoogleCallError ? { code: error.code } : {}),
    what: error.message,
    why: error.why,
    remedy: error.remedy,
    ...(error.terraform === undefined ? {} : { terraform: error.terraform }),
  };
}

/** The words of a call that Google refused; remedies are the matter of another table. */
export const refused = (words: {
  readonly goal: string;
  readonly subject: string;
  readonly code: number;
  readonly why: string;
}): Outcome => ({
  threw: {
    name: "GoogleCallError",
    exit: expect.any(Number),
    code: words.code,
    what: `al could not ${words.goal}: ${words.subject}`,
    why: words.why,
    remedy: expect.any(String),
  },
});

/** All that can be read of an error by any means of printing it, causes included. */
export const everyTextOf = (error: unknown): string =>
  [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }),
    JSON.stringify(error),
    String(error),
    error instanceof Error ? error.stack : "",
    JSON.stringify(error, Object.getOwnPropertyNames(error)),
  ].join("\n");

/** Codes with which the tables ask "and what if". */
export const REFUSALS = [
  ["NOT_FOUND", CODE.notFound],
  ["ALREADY_EXISTS", CODE.alreadyExists],
  ["PERMISSION_DENIED", CODE.permissionDenied],
  ["UNAVAILABLE", CODE.unavailable],
] as const;
