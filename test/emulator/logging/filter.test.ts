import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { GoogleError } from "../core/google-error.ts";
import { parseFilter } from "./filter.ts";

const STDOUT = "projects/demo-project/logs/run.googleapis.com%2Fstdout";

const ENTRY = {
  logName: STDOUT,
  resource: {
    type: "cloud_run_job",
    labels: { project_id: "demo-project", location: "us-central1", job_name: "al-dev-1a2b3c4d" },
  },
  labels: {
    "run.googleapis.com/execution_name": "al-dev-1a2b3c4d-x7k2p",
    "run.googleapis.com/task_index": "0",
    instanceId: "0042",
  },
  timestamp: "2026-11-22T10:00:00.123456789Z",
  receiveTimestamp: "2026-11-22T10:00:01Z",
  insertId: "1hx9k2",
  textPayload: 'The "Cat" sat on the mat (twice)\n\\o/',
};

const STRUCTURED = {
  logName: STDOUT,
  resource: { type: "cloud_run_job", labels: { location: "us-central1" } },
  timestamp: "2026-11-22T10:00:00Z",
  insertId: "1hx9k3",
  severity: "ERROR",
  jsonPayload: {
    message: "Tool failed",
    count: 7,
    ratio: 0.5,
    ok: false,
    nothing: null,
    tags: ["red", "green"],
    nested: { deep: { value: "Treasure" } },
  },
};

type Row = readonly [filter: string, matches: boolean];

const TEXT_ROWS: readonly Row[] = [
  ["", true],
  ["  \n ", true],
  ["-- only a comment", true],
  ["resource.type=cloud_run_job", true],
  ['resource.type = "cloud_run_job"', true],
  ["resource.type=CLOUD_RUN_JOB", true],
  ["resource.type=gce_instance", false],
  ["resource.type!=gce_instance", true],
  ["resource.type:run", true],
  ["resource.labels.location=us-central1", true],
  ["resource.labels.location = us-central1 resource.labels.job_name = al-dev-1a2b3c4d", true],
  ['resource.labels."job_name"="al-dev-1a2b3c4d"', true],
  ["resource.labels.job_name:dev", true],
  [`logName="${STDOUT}"`, true],
  [`logName=("${STDOUT}" OR "projects/demo-project/logs/run.googleapis.com%2Fstderr")`, true],
  ['logName:"stderr"', false],
  ['log_id("run.googleapis.com/stdout")', true],
  ['log_id("run.googleapis.com/stderr")', false],
  ['labels."run.googleapis.com/execution_name"="al-dev-1a2b3c4d-x7k2p"', true],
  ['labels."run.googleapis.com/execution_name"=al-dev-1a2b3c4d-x7k2p', true],
  ['labels."run.googleapis.com/execution_name"=("other" OR "al-dev-1a2b3c4d-x7k2p")', true],
  ['labels."run.googleapis.com/execution_name":("al" AND "x7k2p")', true],
  ['labels."run.googleapis.com/execution_name":("al" AND NOT "x7k2p")', false],
  ['labels."run.googleapis.com/execution_name"=other', false],
  ['labels:"run.googleapis.com/task_index"', true],
  ["labels:nowhere", false],
  ["labels.instanceId=42", false],
  ["labels.instanceId=0042", true],
  ["labels.missing=1", false],
  ["labels.missing!=1", false],
  ["NOT labels.missing=1", true],
  ["labels.missing:*", false],
  ["labels.instanceId:*", true],
  ["severity>=DEFAULT", true],
  ["severity=DEFAULT", true],
  ["severity>=INFO", false],
  ["severity<ERROR", true],
  ["severity:*", false],
  ['timestamp>="2026-11-22T10:00:00Z"', true],
  ['timestamp>="2026-11-22"', true],
  ['timestamp>"2026-11-22T10:00:00.123456789Z"', false],
  ['timestamp>"2026-11-22T10:00:00.123456788Z"', true],
  ['timestamp="2026-11-22T11:00:00.123456789+01:00"', true],
  ['timestamp<"2026-11-22T10:00:00.2Z"', true],
  ['receiveTimestamp<="2026-11-22T10:00:01.000Z"', true],
  [
    '((timestamp="2026-11-22T10:00:00.123456789Z" AND insertId>"1hx9k1") OR timestamp>"2026-11-22T10:00:00.123456789Z")',
    true,
  ],
  ['insertId>"1hx9k2"', false],
  ["insertId<=1hx9k2", true],
  ["cat", true],
  ["dog", false],
  ["-dog", true],
  ["-cat", false],
  ["NOT cat", false],
  ['"the \\"cat\\" sat"', true],
  ["'sat on'", true],
  ["sat mat", true],
  ["sat AND dog", false],
  ["dog OR sat", true],
  ["dog OR mouse", false],
  ["sat OR mouse dog", false],
  ["dog mouse OR sat", false],
  ["dog OR NOT mouse AND NOT bird OR cow", true],
  ["(dog mouse) OR sat", true],
  ["NOT (dog OR mouse)", true],
  ["us-central1", true],
  ["textPayload:cat", true],
  ["textPayload=cat", false],
  ['textPayload=~"[Cc]at"', true],
  ['textPayload=~"cat"', false],
  ['textPayload=~"(?i)cat"', true],
  ['textPayload=~"^The"', true],
  ['textPayload=~"\\s\\(tw"', true],
  ['textPayload!~"dog"', true],
  ['textPayload!~"mat"', false],
  ["trace=x", false],
  ['trace=""', true],
  ["trace!=x", true],
  ["trace:*", false],
  ['SEARCH("MAT twice")', true],
  ['SEARCH(textPayload, "dog")', false],
  ["resource.type=cloud_run_job -- a comment\n AND cat", true],
];

const JSON_ROWS: readonly Row[] = [
  ["severity=ERROR", true],
  ["severity=error", true],
  ['severity=("WARNING" OR "ERROR")', true],
  ["severity>WARNING", true],
  ["severity>=CRITICAL", false],
  ["severity!=DEFAULT", true],
  ["severity=500", true],
  ['jsonPayload.message="tool failed"', true],
  ["jsonPayload.message:fail", true],
  ["jsonPayload:fail", true],
  ["jsonPayload.count=7", true],
  ["jsonPayload.count=7.0", true],
  ["jsonPayload.count>-1", true],
  ["jsonPayload.count>10", false],
  ["jsonPayload.count:7", true],
  ["jsonPayload.ratio<=0.5", true],
  ["jsonPayload.ok=false", true],
  ["jsonPayload.ok!=true", true],
  ["jsonPayload.nothing=NULL_VALUE", true],
  ["jsonPayload.tags=green", true],
  ["jsonPayload.tags:blue", false],
  ["jsonPayload.nested.deep.value=treasure", true],
  ["jsonPayload.nested.deep.other=treasure", false],
  ["jsonPayload.nested.deep:*", true],
  ["jsonPayload.nested=treasure", false],
  ["jsonPayload.constructor:*", false],
  ["treasure", true],
  ["textPayload:*", false],
];

const REFUSALS: readonly (readonly [string, string])[] = [
  ["insertId = abc:def", "Unparseable filter: syntax error at line 1, column 15, token ':'"],
  ["a AND", "Unparseable filter: syntax error at line 1, column 6, token ''"],
  ["OR a", "Unparseable filter: syntax error at line 1, column 1, token 'OR'"],
  ["cat\n  AND )", "Unparseable filter: syntax error at line 2, column 7, token ')'"],
  ["(cat", "Unparseable filter: syntax error at line 1, column 5, token ''"],
  ['textPayload="cat', "Unparseable filter: syntax error at line 1, column 13, token '\"'"],
  ["textPayload=", "Unparseable filter: syntax error at line 1, column 13, token ''"],
  ["=cat", "Unparseable filter: syntax error at line 1, column 1, token '='"],
  ["labels.", "Unparseable filter: syntax error at line 1, column 7, token '.'"],
  ["cat ~ dog", "Unparseable filter: syntax error at line 1, column 5, token '~'"],
  ["thud=1", "Field not found: 'thud'."],
  ["textPayload.thud=1", "Field not found: 'textPayload.thud'."],
  ["operation.thud=1", "Field not found: 'operation.thud'."],
  ["severity>=LOUD", "Invalid severity: 'LOUD'"],
  ["timestamp>yesterday", "Invalid timestamp: 'yesterday'"],
  ['textPayload=~"("', "Invalid regular expression: '('"],
  ['textPayload=~"a(?=b)"', "Invalid regular expression: 'a(?=b)'"],
  ["sample(insertId, 0.5)", "Unsupported function: 'sample' with 2 arguments"],
];

describe("a filter on a plain line", () => {
  test.each(TEXT_ROWS)("%s → %s", (filter, matches) => {
    expect(parseFilter(filter)(ENTRY)).toBe(matches);
  });
});

describe("a filter on a structured line", () => {
  test.each(JSON_ROWS)("%s → %s", (filter, matches) => {
    expect(parseFilter(filter)(STRUCTURED)).toBe(matches);
  });
});

describe("a filter that is refused", () => {
  test.each(REFUSALS)("%s → %s", (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(
      expect.objectContaining({ name: "GoogleError", status: "INVALID_ARGUMENT", message }),
    );
  });

  it("has at most 20,000 characters", () => {
    expect(parseFilter("a".repeat(20_000))(ENTRY)).toBe(false);
    expect(() => parseFilter("a".repeat(20_001))).toThrow("maximum length of 20000");
  });

  it("does not exhaust the stack", () => {
    expect(() => parseFilter("(".repeat(20_000))).toThrow(GoogleError);
    expect(() => parseFilter(`${"NOT ".repeat(4_999)}a`)).toThrow(GoogleError);
  });
});

describe("any text at all", () => {
  const words = fc.constantFrom(
    ..."( ) = != =~ : . - , \" ' \\ AND OR NOT a labels severity timestamp textPayload 7 -- \n".split(
      " ",
    ),
  );
  const soup = fc.array(words, { maxLength: 30 }).map((parts) => parts.join(""));

  it("is a filter or a GoogleError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), soup), (text) => {
        try {
          const matches = parseFilter(text);
          expect([true, false]).toContain(matches(ENTRY));
          expect([true, false]).toContain(matches(STRUCTURED));
        } catch (error) {
          expect(error).toBeInstanceOf(GoogleError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
