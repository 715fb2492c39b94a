import type { StatusName } from "../core/google-error.ts";
import { failureText } from "./attempt-end.ts";
import type { Condition } from "./conditions.ts";
import type { ExecutionRecord } from "./execution-record.ts";

/** The Completed condition of an execution whose tasks have all ended. */
export function completedCondition(execution: ExecutionRecord, now: string): Condition {
  const { stopReason } = execution;
  const ended = { type: "Completed", lastTransitionTime: now } as const;
  if (stopReason !== undefined) {
    const message = stopReason === "CANCELLED" ? "Execution cancelled." : "Execution deleted.";
    return { ...ended, state: "CONDITION_FAILED", message, executionReason: stopReason };
  }
  const failed = execution.tasks.find((task) => task.state === "failed");
  if (failed?.lastEnd === undefined) {
    const message = `Execution completed successfully in ${secondsBetween(execution.resource.createTime, now)}s.`;
    return { ...ended, state: "CONDITION_SUCCEEDED", message };
  }
  return {
    ...ended,
    state: "CONDITION_FAILED",
    message: failureText(failed.idIn(execution), failed.lastEnd),
    // A timeout carries no reason (audit entry recorded in planqtn/planqtn).
    ...(failed.lastEnd.kind === "failed" && { executionReason: "NON_ZERO_EXIT_CODE" }),
  };
}

/**
 * The error of RunJob's operation: ABORTED, or DEADLINE_EXCEEDED after a timeout. A cancelled execution ends its
 * operation without an error (apache/airflow#57791).
 */
export function operationError(
  execution: ExecutionRecord,
): { status: StatusName; message: string } | undefined {
  if (execution.stopReason === "CANCELLED") return undefined;
  const failed = execution.tasks.find((task) => task.state === "failed");
  if (failed === undefined && execution.stopReason === undefined) return undefined;
  const succeeded = execution.count("succeeded");
  return {
    status: failed?.lastEnd?.kind === "timedOut" ? "DEADLINE_EXCEEDED" : "ABORTED",
    message: `Execution ${execution.id} has failed to complete, ${succeeded}/${execution.tasks.length} tasks were a success.`,
  };
}

export const secondsBetween = (from: string, to: string): string =>
  ((Date.parse(to) - Date.parse(from)) / 1000).toFixed(2);
