import type { ContainerExit } from "../executor/executor.ts";

/** google.cloud.run.v2.TaskAttemptResult in JSON form, in which what is zero is absent. */
type AttemptResult = {
  readonly status?: { readonly code: number; readonly message: string };
  readonly exitCode?: number;
  readonly termSignal?: number;
};

/** How one attempt of one task ended. */
export type AttemptEnd = {
  readonly kind: "succeeded" | "failed" | "timedOut" | "stopped" | "notStarted";
  readonly result: AttemptResult;
};

// google.rpc.Code; 10 and 4 are the codes that audit entries of failed executions carry.
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const ABORTED = 10;

export const TIMED_OUT: AttemptEnd = {
  kind: "timedOut",
  result: { status: { code: DEADLINE_EXCEEDED, message: "The configured timeout was reached." } },
};

export const STOPPED: AttemptEnd = {
  kind: "stopped",
  result: { status: { code: CANCELLED, message: "The task was cancelled." } },
};

export const notStarted = (message: string): AttemptEnd => ({
  kind: "notStarted",
  result: { status: { code: ABORTED, message } },
});

/** At most one of exitCode and termSignal is set (task.proto), and exit code 0 is absent like every zero. */
export function endOf(exit: ContainerExit): AttemptEnd {
  if (exit.exitCode === 0) return { kind: "succeeded", result: {} };
  const status = { code: ABORTED, message: "The container exited with an error." };
  return exit.termSignal === undefined
    ? { kind: "failed", result: { status, exitCode: exit.exitCode } }
    : { kind: "failed", result: { status, termSignal: exit.termSignal } };
}

/** How the platform words a task's failure in the execution's Completed condition. */
export function failureText(taskId: string, { result }: AttemptEnd): string {
  const message = result.status?.message ?? "";
  return result.exitCode === undefined
    ? `Task ${taskId} failed with message: ${message}`
    : `Task ${taskId} failed with exit code: ${result.exitCode} and message: ${message}`;
}
