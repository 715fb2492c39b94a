import { expect, test, vi } from "vitest";
import { createCaller } from "../../src/gcp/call.ts";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { unreachable } from "../../src/gcp/sign-in-errors.ts";
import { AccessTokens } from "../../src/gcp/sign-in-tokens.ts";
import { answering, DEADLINE, FakeClock, grpcError, outcomeOf, session } from "./fake-google.ts";

const plan = { goal: "run the job", subject: "projects/p/jobs/j", idempotent: false };
const refusal = grpcError(CODE.unauthenticated, "Request had invalid authentication credentials.");

async function call(attempt: ReturnType<typeof answering>, fetch = vi.fn(freshToken)) {
  const clock = new FakeClock(0.5);
  const tokens = new AccessTokens(fetch, clock);
  const keyless = { ...session, principal: "the application default credentials", tokens };
  const outcome = await outcomeOf(createCaller(keyless, clock, () => undefined)(plan, attempt));
  return {
    outcome,
    tries: attempt.mock.calls,
    tokens: fetch.mock.calls.length,
    sleeps: clock.sleeps,
  };
}

const freshToken = async () => ({ value: "t", expiresAtMs: Number.MAX_SAFE_INTEGER });

test("a call that Google refused for its token is made again with a new one, though it must not happen twice", async () =>
  expect(await call(answering(refusal, "started"))).toEqual({
    outcome: { returned: "started" },
    tries: [[DEADLINE], [DEADLINE]],
    tokens: 2,
    sleeps: [],
  }));

test("a call that is refused with a new token too is given up, with words for those who have no key", async () =>
  expect(await call(answering(refusal, refusal, "never"))).toMatchObject({
    outcome: {
      threw: {
        exit: 77,
        what: "Google does not accept the sign-in as the application default credentials",
        why: "Request had invalid authentication credentials.",
        remedy: expect.stringContaining("gcloud auth application-default login"),
      },
    },
    tokens: 2,
  }));

test("a call for which there is no token is not made, and ends in the words of signing in", async () => {
  const fetch = vi.fn(async () => {
    throw unreachable("sts.googleapis.com", "it does not answer");
  });
  expect(await call(answering("never"), fetch)).toMatchObject({
    outcome: {
      threw: { exit: 69, what: "al could not sign in: sts.googleapis.com cannot be used now" },
    },
    tries: [],
  });
});

test("a remedy for a caller who is not known by name has a place to fill in", async () => {
  const denied = grpcError(
    CODE.permissionDenied,
    "Permission 'run.jobs.run' denied on resource 'x'",
  );
  const { outcome } = await call(answering(denied));
  expect(outcome).toMatchObject({ threw: { remedy: expect.stringContaining("<your account>") } });
});
