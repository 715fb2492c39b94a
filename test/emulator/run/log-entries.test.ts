import { beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { FakeCloudRun, template } from "./fake-cloud-run.ts";
import { fieldsOfLine } from "./structured-line.ts";

describe("a line becomes", () => {
  test.each<[string, string, Json]>([
    ["text, without a severity", "hello", { textPayload: "hello" }],
    ["text if it only begins like JSON", "{oops", { textPayload: "{oops" }],
    ["text if it is JSON but no object", "[1]", { textPayload: "[1]" }],
    [
      "a structure if it is an object",
      '{"a":1,"message":"m"}',
      { jsonPayload: { a: 1, message: "m" } },
    ],
    [
      "text if the message is all there is",
      '{"message":"m","severity":"ERROR"}',
      { textPayload: "m", severity: "ERROR" },
    ],
    [
      "a severity in whatever case",
      '{"severity":"warn","a":1}',
      { severity: "WARNING", jsonPayload: { a: 1 } },
    ],
    [
      "its own payload where the severity is unknown",
      '{"severity":"loud"}',
      { jsonPayload: { severity: "loud" } },
    ],
    [
      "an entry with the time it says",
      '{"time":"2026-01-01T00:00:00.123456789Z","message":"m"}',
      { timestamp: "2026-01-01T00:00:00.123456789Z", textPayload: "m" },
    ],
    [
      "its own payload where the time is none",
      '{"time":"today"}',
      { jsonPayload: { time: "today" } },
    ],
    [
      "an entry with the labels it says",
      '{"logging.googleapis.com/labels":{"k":"v"},"message":"m"}',
      { labels: { k: "v" }, textPayload: "m" },
    ],
    [
      "its own payload where the labels are not texts",
      '{"logging.googleapis.com/labels":{"k":1}}',
      { jsonPayload: { "logging.googleapis.com/labels": { k: 1 } } },
    ],
    [
      "an entry with its trace",
      '{"logging.googleapis.com/trace":"t","logging.googleapis.com/spanId":"s","logging.googleapis.com/trace_sampled":true,"x":1}',
      { trace: "t", spanId: "s", traceSampled: true, jsonPayload: { x: 1 } },
    ],
  ])("%s", (_sentence, line, expected) => expect(fieldsOfLine(line)).toEqual(expected));
});

describe("the log of a task", () => {
  let cloud: FakeCloudRun;

  beforeEach(async () => {
    cloud = new FakeCloudRun();
    await cloud.createReady({ template: template({ timeout: "30s" }) });
  });

  test("has what the container wrote and what the platform says of its exit, each at its own time", async () => {
    const { execution } = await cloud.started();
    cloud.container().print("stdout", "one");
    cloud.container().print("stderr", '{"severity":"ERROR","message":"two","code":2}');
    await cloud.container().exit(7);
    const common = {
      resource: {
        type: "cloud_run_job",
        labels: { project_id: "demo-project", location: "us-central1", job_name: "agent" },
      },
      timestamp: expect.stringMatching(/^2026-01-02T03:04:05\.3\d{5}Z$/),
      insertId: expect.any(String),
      labels: {
        "run.googleapis.com/execution_name": execution.split("/").at(-1),
        "run.googleapis.com/task_index": "0",
        "run.googleapis.com/task_attempt": "0",
        instanceId: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    };
    const log = "projects/demo-project/logs/run.googleapis.com%2F";
    const { entries } = cloud.platform;
    expect(entries).toEqual([
      { ...common, logName: `${log}stdout`, textPayload: "one" },
      {
        ...common,
        logName: `${log}stderr`,
        severity: "ERROR",
        jsonPayload: { message: "two", code: 2 },
      },
      {
        ...common,
        logName: `${log}varlog%2Fsystem`,
        severity: "WARNING",
        textPayload: "Container called exit(7).",
      },
    ]);
    const times = entries.map(({ timestamp }) => timestamp);
    expect([...new Set(times)].sort()).toEqual(times);
    expect(new Set(entries.map(({ insertId }) => insertId)).size).toBe(3);
  });

  test.each<[string, () => Promise<void>, string[]]>([
    ["a good end", () => cloud.container().exit(0), ["INFO Container called exit(0)."]],
    ["a signal", () => cloud.container().dieOf(9), ["WARNING Container terminated on signal 9."]],
    [
      "a timeout",
      async () => {
        await cloud.platform.clock.advance(30_000);
        await cloud.container().dieOf(15);
      },
      [
        "ERROR Terminating task because it has reached the maximum timeout of 30 seconds. To change this limit, see https://cloud.google.com/run/docs/configuring/task-timeout",
        "WARNING Container terminated on signal 15.",
      ],
    ],
    [
      "a start that failed",
      () => cloud.container().failToStart("spawn ENOENT"),
      ["ERROR The container could not be started: spawn ENOENT"],
    ],
  ])("tells of %s", async (_sentence, end, expected) => {
    await cloud.started();
    await end();
    const said = cloud.platform.entries.map(
      ({ severity, textPayload }) => `${severity} ${textPayload}`,
    );
    expect(said).toEqual(expected);
  });
});
