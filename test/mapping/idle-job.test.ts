import { describe, expect, test } from "vitest";
import type { Execution, Job } from "../../src/gcp/types.ts";
import { idleSince, mayBeCollected } from "../../src/mapping/idle-job.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 31);
const ago = (hours: number) => ({ seconds: (NOW - hours * HOUR) / 1000, nanos: 0 });

const job = (more: Partial<Job>): Job => ({
  labels: { "managed-by": "action-llama" },
  annotations: { "al-spec-sha256": "00" },
  createTime: ago(50),
  updateTime: ago(50),
  ...more,
});

const ended = (hours: number): Execution => ({
  completionTime: ago(hours),
  conditions: [{ type: "Completed", state: "CONDITION_SUCCEEDED" }],
});
const running: Execution = { conditions: [{ type: "Completed", state: "CONDITION_PENDING" }] };

describe("a job may be collected", () => {
  test.each<[sentence: string, more: Partial<Job>, is: boolean]>([
    ["a day after it was made and never run", {}, true],
    ["not within a day after it was made", { createTime: ago(23.9) }, false],
    ["not within a day after somebody changed it", { updateTime: ago(1) }, false],
    [
      "not within a day after a run began",
      { latestCreatedExecution: { createTime: ago(2) } },
      false,
    ],
    [
      "not within a day after its last run ended",
      { latestCreatedExecution: { createTime: ago(40), completionTime: ago(23) } },
      false,
    ],
    [
      "a day after its last run ended",
      { latestCreatedExecution: { createTime: ago(40), completionTime: ago(24) } },
      true,
    ],
    ["not when it is somebody else's", { labels: {} }, false],
    ["not when only its label is ours", { annotations: {} }, false],
  ])("%s", (_sentence, more, is) => expect(mayBeCollected(job(more), NOW)).toBe(is));
});

describe("a job is idle", () => {
  test.each<[sentence: string, executions: readonly Execution[], since: number | undefined]>([
    ["since it was made, when nothing ran", [], NOW - 50 * HOUR],
    [
      "since the last end, whichever run that was",
      [ended(30), ended(20), ended(40)],
      NOW - 20 * HOUR,
    ],
    ["not while an older run goes on", [ended(30), running], undefined],
  ])("%s", (_sentence, executions, since) => expect(idleSince(job({}), executions)).toBe(since));
});
