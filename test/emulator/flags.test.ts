import { expect, test } from "vitest";
import { HELP, optionsOf, readFlags, UsageError } from "./flags.ts";

const given = (...words: string[]) => optionsOf(readFlags(words));

test.each<[string[], object]>([
  [[], {}],
  [["--port", "9470"], { port: 9470 }],
  [["--relaxed", "--log-delay", "5"], { relaxed: true, logDelayMs: 5 }],
  [["--executor", "simulate"], { executor: "simulate" }],
  [["--iam", "off", "--quotas", "on"], { iam: "off", quotas: true }],
  [
    ["--operation-delay", "1000", "--list-delay", "2000", "--iam-delay", "0"],
    { operationDelayMs: 1000, listDelayMs: 2000, iamDelayMs: 0 },
  ],
  [["--latency", "7", "--log-shuffle", "1000"], { latencyMs: 7, logShuffleMs: 1000 }],
])("%j means %j", (words, options) => {
  expect(given(...words)).toEqual(options);
});

test.each([
  [["--nonsense"], "Unknown option '--nonsense'"],
  [["start"], "Unexpected argument 'start'"],
  [["--port", "x"], "--port must be a whole number from 0 to 65535"],
  [["--port", "65536"], "--port must be a whole number from 0 to 65535"],
  [["--port", "1.5"], "--port must be a whole number from 0 to 65535"],
  [["--operation-delay", "1001"], "--operation-delay must be a whole number from 0 to 1000"],
  [["--list-delay", "2001"], "--list-delay must be a whole number from 0 to 2000"],
  [["--log-shuffle", "-1"], "ambiguous"],
  [["--executor", "docker"], "--executor must be sandbox, host or simulate"],
  [["--iam", "no"], "--iam must be off, log or enforce"],
  [["--quotas", "yes"], "--quotas must be on or off"],
])("%j makes no sense", (words, message) => {
  const attempt = () => given(...words);
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(message);
});

test("the help names every flag", () => {
  const flags = [...HELP.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, flag]) => flag).sort();
  expect(flags).toMatchInlineSnapshot(`
    [
      "executor",
      "help",
      "iam",
      "iam-delay",
      "latency",
      "list-delay",
      "log-delay",
      "log-shuffle",
      "operation-delay",
      "port",
      "quotas",
      "relaxed",
      "seed",
    ]
  `);
});
