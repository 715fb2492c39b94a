import { describe, expect, test } from "vitest";
import { runOverrides } from "../../src/mapping/overrides.ts";
import { refusal } from "../refusal.ts";

const overrides = (prompt: string) =>
  runOverrides({ prompt, runId: "0011223344556677", timeoutSeconds: 900 });

const MOST = 32_768;

describe("runOverrides", () => {
  test.each([
    ["a prompt travels as it is", 'Fix "it"\n$HOME {{x}}'],
    ["no prompt is an empty one, so that none of the job's own shows through", ""],
    ["32,768 bytes fit", "a".repeat(MOST)],
    ["bytes count, not characters", "é".repeat(MOST / 2)],
  ])("%s", (_sentence, prompt) =>
    expect(overrides(prompt)).toEqual({
      containerOverrides: [
        {
          env: [
            { name: "PROMPT", value: prompt },
            { name: "AL_RUN_ID", value: "0011223344556677" },
          ],
        },
      ],
      timeout: { seconds: 900 },
    }),
  );

  test.each([
    ["one byte more does not fit", "a".repeat(MOST + 1)],
    ["nor does one byte more in two-byte characters", `${"é".repeat(MOST / 2)}a`],
  ])("%s", async (_sentence, prompt) =>
    expect(await refusal(() => overrides(prompt))).toBe(
      [
        "DataError, exit 65",
        "what: The prompt is 32769 bytes long",
        "why: Cloud Run takes at most 32768 bytes in one variable",
        "remedy: Shorten the prompt, or let the agent fetch the long text itself.",
      ].join("\n"),
    ),
  );

  test("a NUL character fits in no variable", async () =>
    expect(await refusal(() => overrides("a\0b"))).toBe(
      [
        "DataError, exit 65",
        "what: The prompt holds a NUL character",
        "why: it becomes the variable PROMPT, and no environment variable can hold one",
        "remedy: Remove it from the prompt.",
      ].join("\n"),
    ));
});
