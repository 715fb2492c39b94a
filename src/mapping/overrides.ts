import { DataError } from "../errors.ts";
import type { Overrides } from "../gcp/types.ts";

/** EnvVar.value holds at most this many bytes (google/cloud/run/v2/k8s.min.proto). */
const MAX_PROMPT_BYTES = 32_768;

/** Name of the variable by which a run can be found again. */
export const RUN_ID_VARIABLE = "AL_RUN_ID";

export type RunLiterals = {
  readonly prompt: string;
  /** Random, made once a run. */
  readonly runId: string;
  readonly timeoutSeconds: number;
};

/**
 * What one run adds to its job. Overrides can be read by everyone who may see executions, and stand in audit logs.
 * @throws DataError for a prompt that does not fit
 */
export function runOverrides({ prompt, runId, timeoutSeconds }: RunLiterals): Overrides {
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MAX_PROMPT_BYTES) {
    throw new DataError({
      what: `The prompt is ${bytes} bytes long`,
      why: `Cloud Run takes at most ${MAX_PROMPT_BYTES} bytes in one variable`,
      remedy: "Shorten the prompt, or let the agent fetch the long text itself.",
    });
  }
  if (prompt.includes("\0")) {
    throw new DataError({
      what: "The prompt holds a NUL character",
      why: "it becomes the variable PROMPT, and no environment variable can hold one",
      remedy: "Remove it from the prompt.",
    });
  }
  return {
    containerOverrides: [
      {
        env: [
          { name: "PROMPT", value: prompt },
          { name: RUN_ID_VARIABLE, value: runId },
        ],
      },
    ],
    timeout: { seconds: timeoutSeconds },
  };
}
