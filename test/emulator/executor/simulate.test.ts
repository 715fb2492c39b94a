import { expect, test } from "vitest";
import { MovableClock } from "../core/clock.ts";
import type { ContainerExit } from "./executor.ts";
import { SimulateExecutor } from "./simulate-executor.ts";

// Stands still: only a test moves it.
const still = { now: () => 0, after: () => ({ cancel: () => undefined }) };

function act(script: string | undefined) {
  const clock = new MovableClock(still);
  const lines: string[] = [];
  const env: Record<string, string> = script === undefined ? {} : { SIMULATE: script };
  const container = new SimulateExecutor(clock).start(
    { image: "any", argv: [], env, mounts: [] },
    (stream, line) => lines.push(`${clock.now()} ${stream} ${line}`),
  );
  return { clock, lines, container };
}

const LINES = [
  { text: "late", atMs: 90 },
  { text: "early", atMs: 10, stream: "stderr" },
  { text: "after the end", atMs: 101 },
];

test.each<[string, object, ContainerExit]>([
  ["an exit code", { durationMs: 100, exitCode: 3, lines: LINES }, { exitCode: 3 }],
  ["a signal", { durationMs: 100, signal: 11, lines: LINES }, { termSignal: 11 }],
  ["0 when nothing is said", { durationMs: 100, lines: LINES }, { exitCode: 0 }],
])("a script ends with %s, having said its lines at their times", async (_what, script, exit) => {
  const { clock, lines, container } = act(JSON.stringify(script));
  await clock.advance(99);
  expect(lines).toEqual(["10 stderr early", "90 stdout late"]);
  await clock.advance(1);
  expect(await container.exited).toEqual(exit);
  expect(lines).toHaveLength(2);
});

test("without a script a container succeeds at once", async () => {
  const { clock, container } = act(undefined);
  await clock.advance(0);
  expect(await container.exited).toEqual({ exitCode: 0 });
});

test.each([
  ["terminate", 15],
  ["kill", 9],
] as const)("%s ends it at once with signal %i", async (verb, termSignal) => {
  const { clock, lines, container } = act(JSON.stringify({ durationMs: 100, lines: LINES }));
  container[verb]();
  await clock.advance(200);
  expect(await container.exited).toEqual({ termSignal });
  expect(lines).toEqual([]);
});

test.each([
  ["{", /SIMULATE is no script: it is not JSON/],
  ['{"exitCode": 1, "signal": 9}', /not both/],
  ['{"exitCode": 256}', /exitCode/],
  ['{"duration": 1}', /duration/],
])("%s is no script", async (script, message) => {
  await expect(act(script).container.exited).rejects.toThrow(message);
});
