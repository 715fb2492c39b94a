import type { Clock } from "../gcp/clock.ts";
import { CODE, hasCode } from "../gcp/google-call-error.ts";
import type { RunExecutions } from "../gcp/run-executions.ts";
import type { Execution } from "../gcp/types.ts";
import { isFinished } from "../mapping/outcome.ts";
import type { Report } from "./events.ts";

type Needs = {
  readonly executions: Pick<RunExecutions, "getExecution">;
  readonly clock: Clock;
  readonly report: Report;
};

const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Waits until the execution is finished. Short runs are noticed quickly, long ones cost few of the 3,000 reads a minute that a
 * region has. The run goes on whether it is watched or not, so Google being away for a while does not end the watch.
 * @returns undefined when the signal aborts first
 */
export async function waitForExecution(
  name: string,
  { executions, clock, report }: Needs,
  signal?: AbortSignal,
): Promise<Execution | undefined> {
  const startedAt = clock.now();
  let away = false;
  while (!signal?.aborted) {
    const execution = await executions.getExecution(name).catch((error: unknown) => {
      if (
        !hasCode(
          error,
          CODE.unavailable,
          CODE.deadlineExceeded,
          CODE.internal,
          CODE.resourceExhausted,
          CODE.unknown,
          CODE.cancelled,
          CODE.aborted,
        )
      )
        throw error;
      if (!away) report({ kind: "warning", text: `Cannot see the run for now: ${error.detail}` });
      away = true;
      return undefined;
    });
    if (execution !== undefined && isFinished(execution)) return execution;
    if (execution !== undefined) away = false;
    const pause = Math.max(SHORTEST_PAUSE_MS, (clock.now() - startedAt) / 10);
    await clock.sleep(Math.min(pause, LONGEST_PAUSE_MS), signal);
  }
  return undefined;
}
