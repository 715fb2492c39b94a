import { TryAgainError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import type { CallFailure } from "./google-call-error.ts";

/** What is read of a google.longrunning.Operation. */
export type OperationState = {
  readonly done?: boolean | null;
  readonly error?: { readonly code?: number | null; readonly message?: string | null } | null;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
const LIMIT_MS = 5 * 60_000;

/**
 * Waits until an operation is done. The clients' own wait polls ten times a second, has no deadline and gives up on one failed
 * poll; here each poll is a call that may be repeated.
 * @returns the operation's error, or undefined when it succeeded
 * @throws TryAgainError when it is not done after five minutes
 */
export async function waitForOperation(input: {
  readonly name: string;
  readonly poll: () => Promise<OperationState>;
  readonly clock: Clock;
}): Promise<CallFailure | undefined> {
  const { clock } = input;
  const giveUpAt = clock.now() + LIMIT_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const { done, error } = await input.poll();
    if (done && error)
      return { code: error.code ?? 2, detail: error.message ?? "", reason: undefined };
    if (done) return undefined;
    if (clock.now() >= giveUpAt) throw stillRunning(input.name);
    await clock.sleep(pause);
  }
}

const stillRunning = (name: string): TryAgainError =>
  new TryAgainError({
    what: `Google has not finished an operation in five minutes: ${name}`,
    why: "it may still finish; what it makes is then used by the next run",
    remedy: "Run the command again.",
  });
