import type { Condition, Execution, Task } from "../gcp/types.ts";

/** Whose number an exit code is: the agent's own process, or what Cloud Run did to it. */
type ExitSource = "agent" | "platform";

export type Outcome =
  | { readonly state: "succeeded"; readonly exitCode: 0; readonly exitSource: "agent" }
  | {
      readonly state: "failed";
      readonly exitCode: number;
      readonly exitSource: ExitSource;
      readonly reason: string;
    }
  | { readonly state: "cancelled"; readonly exitCode: 130; readonly exitSource: "platform" }
  /** It failed, and nothing says with which code. */
  | { readonly state: "unknown"; readonly reason: string };

const TIMEOUT_EXIT = 124;
const OUT_OF_MEMORY_EXIT = 137;
const DEADLINE_EXCEEDED = 4;

/** The condition that says whether the execution is over. */
export const completion = (execution: Execution): Condition | undefined =>
  execution.conditions?.find(({ type }) => type === "Completed") ?? undefined;

/** "Finished" is this condition, not a completion time: an execution cancelled early may have none. */
export function isFinished(execution: Execution): boolean {
  const state = completion(execution)?.state;
  return state === "CONDITION_SUCCEEDED" || state === "CONDITION_FAILED";
}

/**
 * How a finished execution of one task ended. The code is the task's: an execution carries none, and the operation of a
 * cancelled run ends without an error (https://github.com/apache/airflow/issues/57791).
 */
export function outcomeOf(execution: Execution, task: Task | undefined): Outcome {
  const completed = completion(execution);
  if (completed?.executionReason === "CANCELLED" || Number(execution.cancelledCount ?? 0) > 0) {
    return { state: "cancelled", exitCode: 130, exitSource: "platform" };
  }
  if (completed?.state === "CONDITION_SUCCEEDED") {
    return { state: "succeeded", exitCode: 0, exitSource: "agent" };
  }
  return failure(task, completed?.message || "Cloud Run gave no reason");
}

/**
 * The status comes first (a timeout is one whatever the agent made of SIGTERM; out of memory reports exit code 0),
 * then the signal, then the exit code.
 */
function failure(task: Task | undefined, message: string): Outcome {
  const result = task?.lastAttemptResult;
  const reason = result?.status?.message || message;
  const said = `${reason}\n${message}`;
  const failed = (exitCode: number, exitSource: ExitSource): Outcome => ({
    state: "failed",
    exitCode,
    exitSource,
    reason,
  });
  if (result?.status?.code === DEADLINE_EXCEEDED || /configured timeout was reached/.test(said)) {
    return failed(TIMEOUT_EXIT, "platform");
  }
  if (/memory limit was reached/.test(said)) return failed(OUT_OF_MEMORY_EXIT, "platform");
  if (result?.termSignal) return failed(128 + result.termSignal, "agent");
  if (result?.exitCode) return failed(result.exitCode, "agent");
  return { state: "unknown", reason };
}
