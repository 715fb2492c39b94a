import { expect, test } from "vitest";
import { executionLogFilter } from "../../src/mapping/log-query.ts";

const EXECUTION = {
  project: "demo-project",
  region: "us-central1",
  jobId: "al-dev-1a2b3c4d",
  executionId: "al-dev-1a2b3c4d-x7k2p",
};

/** One condition a line: for the eye. */
const lines = (filter: string): string => filter.replaceAll(" AND ", "\nAND ");

test("the lines of one execution, and the word that its container ended", () =>
  expect(lines(executionLogFilter(EXECUTION))).toMatchInlineSnapshot(`
    "resource.type="cloud_run_job"
    AND resource.labels.job_name="al-dev-1a2b3c4d"
    AND resource.labels.location="us-central1"
    AND labels."run.googleapis.com/execution_name"="al-dev-1a2b3c4d-x7k2p"
    AND (logName="projects/demo-project/logs/run.googleapis.com%2Fstdout" OR logName="projects/demo-project/logs/run.googleapis.com%2Fstderr" OR logName="projects/demo-project/logs/run.googleapis.com%2Fvarlog%2Fsystem")"
  `));

test("from a moment on", () =>
  expect(
    lines(executionLogFilter({ ...EXECUTION, since: "2026-11-22T10:00:00.123Z" })),
  ).toMatchInlineSnapshot(`
    "resource.type="cloud_run_job"
    AND resource.labels.job_name="al-dev-1a2b3c4d"
    AND resource.labels.location="us-central1"
    AND labels."run.googleapis.com/execution_name"="al-dev-1a2b3c4d-x7k2p"
    AND (logName="projects/demo-project/logs/run.googleapis.com%2Fstdout" OR logName="projects/demo-project/logs/run.googleapis.com%2Fstderr" OR logName="projects/demo-project/logs/run.googleapis.com%2Fvarlog%2Fsystem")
    AND timestamp>="2026-11-22T10:00:00.123Z""
  `));

test("a name cannot leave its quotes", () =>
  expect(
    lines(executionLogFilter({ ...EXECUTION, jobId: 'x" OR "1"="1', executionId: "a\\" })),
  ).toMatchInlineSnapshot(`
    "resource.type="cloud_run_job"
    AND resource.labels.job_name="x\\" OR \\"1\\"=\\"1"
    AND resource.labels.location="us-central1"
    AND labels."run.googleapis.com/execution_name"="a\\\\"
    AND (logName="projects/demo-project/logs/run.googleapis.com%2Fstdout" OR logName="projects/demo-project/logs/run.googleapis.com%2Fstderr" OR logName="projects/demo-project/logs/run.googleapis.com%2Fvarlog%2Fsystem")"
  `));
