import type { CallOptions } from "google-gax";
import { AlError, UnavailableError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { type CallFailure, CODE, explain, GoogleCallError } from "./google-call-error.ts";
import type { Session } from "./session.ts";
import { lacksQuotaProject, tokenRefused, withoutQuotaProject } from "./sign-in-errors.ts";
import { withToken } from "./sign-in-tokens.ts";

/** What a call does, for messages and for the decision to repeat it. */
type CallPlan = {
  /** Continues "al could not". */
  readonly goal: string;
  readonly subject: string;
  /** Whether a second try can do no harm. Other calls are repeated only where they were never sent. */
  readonly idempotent: boolean;
  /** Whether another call may be repeated where a quota refused it, which proves that nothing happened. */
  readonly repeatRefused?: boolean;
};

/** Makes calls: with a deadline, repeated where that is safe, and failing in our own words. */
export type Caller = <T>(
  plan: CallPlan,
  attempt: (options: CallOptions) => Promise<T>,
) => Promise<T>;

const DEADLINE_MS = 30_000;
const TRIES = 5;
const FIRST_PAUSE_MS = 500;

/** Refusals by which Google says that the same call may succeed in a moment. */
const TRANSIENT: ReadonlySet<number> = new Set([
  CODE.unavailable,
  CODE.resourceExhausted,
  CODE.internal,
  CODE.deadlineExceeded,
]);

/** The generated clients repeat some calls and most not; here deadlines and repetition are decided for every one. */
export function createCaller(
  session: Session,
  clock: Clock,
  trace: (text: string) => void,
): Caller {
  return async (plan, attempt) => {
    const startedAt = clock.now();
    for (let tried = 1; ; tried += 1) {
      trace(`${plan.goal}: ${plan.subject}${tried === 1 ? "" : ` (try ${tried})`}`);
      try {
        return await withToken(session.tokens, isRefused, () =>
          attempt({ timeout: DEADLINE_MS, retry: null }),
        );
      } catch (error) {
        const spentMs = clock.now() - startedAt;
        // The client's own error stays here: it may hold the request, and with it a payload.
        const ending = endingOf(error, { plan, session, tried, spentMs });
        if (ending !== undefined) throw ending;
        await clock.sleep(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + clock.random()));
      }
    }
  };
}

type Tries = {
  readonly plan: CallPlan;
  readonly session: Session;
  readonly tried: number;
  readonly spentMs: number;
};

/** What the call ends with; undefined when another try may help and can do no harm. */
function endingOf(error: unknown, { plan, session, tried, spentMs }: Tries): AlError | undefined {
  if (error instanceof UnavailableError) {
    // Signing in has tries of its own, and they may take minutes where nothing answers at all.
    return tried === TRIES || spentMs >= DEADLINE_MS ? notSent(error) : undefined;
  }
  if (error instanceof AlError) return error;
  const failure = readFailure(error);
  const mayHelp = tried < TRIES && mayRepeat(plan, failure);
  return mayHelp ? undefined : inWords(withTries(failure, tried), plan, session);
}

/**
 * Whoever signs in cannot do so for the moment. For those who wait for Google that is Google being away; the detail begins as
 * grpc-js says that there was nothing to send on, since whatever the call was, nothing happened.
 */
function notSent(error: UnavailableError): GoogleCallError {
  const why = error.why === undefined ? "" : ` (${error.why})`;
  const detail = `No connection established: ${error.message}${why}`;
  return ofGoogle(error, { code: CODE.unavailable, detail, reason: undefined });
}

/** The same words, for those who look at Google's code. */
const ofGoogle = ({ exit, message, why, remedy }: AlError, failure: CallFailure): GoogleCallError =>
  new GoogleCallError(
    exit,
    { what: message, ...(why === undefined ? {} : { why }), remedy },
    failure,
  );

const isRefused = (error: unknown): boolean => readFailure(error).code === CODE.unauthenticated;

/** Where it is not known who calls, a remedy has a place to fill in. */
function inWords(failure: CallFailure, plan: CallPlan, session: Session): AlError {
  const { project, principal, tokens } = session;
  if (failure.code === CODE.unauthenticated && tokens !== undefined)
    return tokenRefused(principal, failure.detail);
  if (failure.code === CODE.permissionDenied && lacksQuotaProject(failure.detail))
    // Google's reason would be that an API is off, but it is so only in a project of gcloud's own.
    return ofGoogle(withoutQuotaProject(plan.goal, { why: failure.detail, project }), {
      ...failure,
      reason: undefined,
    });
  const named = principal.includes("@") ? principal : "<your account>";
  return explain(failure, { ...plan, project, principal: named });
}

const mayRepeat = (plan: CallPlan, failure: CallFailure): boolean =>
  plan.idempotent
    ? TRANSIENT.has(failure.code)
    : plan.repeatRefused === true &&
      failure.code === CODE.resourceExhausted &&
      !isMadeHere(failure);

/** grpc-js reports some broken streams by codes with which Google refuses; the request may have been served before. */
export const isMadeHere = ({ detail }: Pick<CallFailure, "detail">): boolean =>
  /^(Bandwidth exhausted|Protocol not secure|Received message larger)/.test(detail);

/** What Google's clients throw, reduced to code, text and reason: nothing of a request survives. */
export function readFailure(error: unknown): CallFailure {
  if (!(error instanceof Error))
    return { code: CODE.unknown, detail: String(error), reason: undefined };
  const code = "code" in error && typeof error.code === "number" ? error.code : CODE.unknown;
  const detail =
    "details" in error && typeof error.details === "string" ? error.details : error.message;
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : undefined;
  return { code, detail, reason };
}

const withTries = (failure: CallFailure, tries: number): CallFailure =>
  tries === 1 ? failure : { ...failure, detail: `${failure.detail} (after ${tries} tries)` };
