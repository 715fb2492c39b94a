import type { Execution, Job, Timestamp } from "../gcp/types.ts";
import { isFinished } from "./outcome.ts";
import { isOurs, SPEC_ANNOTATION } from "./ownership.ts";

/** How long a job stays after its last run: whoever runs the agent once more within a day needs one call. */
export const KEPT_IDLE_MS = 24 * 60 * 60_000;

/** Whether the job is ours and, as far as itself tells, was neither made nor run within a day. */
export function mayBeCollected(job: Job, now: number): boolean {
  if (!isOurs(job) || job.annotations?.[SPEC_ANNOTATION] === undefined) return false;
  const latest = job.latestCreatedExecution;
  const last = Math.max(
    milliseconds(job.createTime),
    milliseconds(job.updateTime),
    milliseconds(latest?.createTime),
    milliseconds(latest?.completionTime),
  );
  return now - last >= KEPT_IDLE_MS;
}

/** Since when nothing of the job runs, in milliseconds since the epoch; undefined while something does. */
export function idleSince(job: Job, executions: readonly Execution[]): number | undefined {
  if (!executions.every(isFinished)) return undefined;
  const ends = executions.map(({ completionTime }) => milliseconds(completionTime));
  return Math.max(milliseconds(job.createTime), ...ends);
}

const milliseconds = (time: Timestamp | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000;
