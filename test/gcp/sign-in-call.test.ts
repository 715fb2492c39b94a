import { expect, test, vi } from "vitest";
import { createCaller } from "../../src/gcp/call.ts";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { loginExpired, unreachable } from "../../src/gcp/sign-in-errors.ts";
import { AccessTokens } from "../../src/gcp/sign-in-tokens.ts";
import {
  ALL_PAUSES,
  answering,
  DEADLINE,
  FakeClock,
  grpcError,
  outcomeOf,
  session,
} from "./fake-google.ts";

const plan = { goal: "run the job", subject: "projects/p/jobs/j", idempotent: false };
const refusal = grpcError(CODE.unauthenticated, "Request had invalid authentication credentials.");

async function call(
  attempt: ReturnType<typeof answering>,
  fetch = vi.fn(freshToken),
  clock = new FakeClock(0.5),
) {
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

const away = unreachable("sts.googleapis.com", "it does not answer");

test("a call for which there is no token now is not made, is tried again, and ends in the words of signing in", async () => {
  const fetch = vi.fn(() => Promise.reject(away));
  expect(await call(answering("never"), fetch)).toEqual({
    outcome: {
      threw: {
        ...{ name: "GoogleCallError", exit: 69, code: CODE.unavailable },
        what: "al could not sign in: sts.googleapis.com cannot be used now",
        why: "it does not answer",
        remedy: away.remedy,
      },
    },
    tries: [],
    tokens: 5,
    sleeps: ALL_PAUSES,
  });
});

test("a call is made when there is a token again, though it must not happen twice: nothing was sent", async () => {
  const fetch = vi.fn(freshToken).mockRejectedValueOnce(away).mockRejectedValueOnce(away);
  expect(await call(answering("started"), fetch)).toEqual({
    outcome: { returned: "started" },
    tries: [[DEADLINE]],
    tokens: 3,
    sleeps: [500, 1_000],
  });
});

test("a sign-in that took half a minute to fail is not tried again by the same call", async () => {
  const clock = new FakeClock(0.5);
  const fetch = vi.fn(async () => {
    await clock.sleep(30_000);
    throw away;
  });
  expect(await call(answering("never"), fetch, clock)).toMatchObject({
    outcome: { threw: { exit: 69 } },
    tokens: 1,
  });
});

test("a sign-in that no waiting mends ends the call at once", async () => {
  const fetch = vi.fn(() => Promise.reject(loginExpired("adc.json", "revoked")));
  expect(await call(answering("never"), fetch)).toMatchObject({
    outcome: { threw: { name: "PermissionError", exit: 77 } },
    ...{ tries: [], tokens: 1, sleeps: [] },
  });
});

test("a refusal because nobody is billed for the call tells how to name a project", async () => {
  const text =
    "Cloud Resource Manager API has not been used in project 764086051850 before or it is disabled.";
  const refused = grpcError(CODE.permissionDenied, text, { reason: "SERVICE_DISABLED" });
  expect(await call(answering(refused))).toMatchObject({
    outcome: {
      threw: {
        ...{ exit: 78, code: CODE.permissionDenied, why: text },
        remedy: "gcloud auth application-default set-quota-project demo-project",
      },
    },
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
