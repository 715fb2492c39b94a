/** Seconds of a google.protobuf.Duration in JSON form (`600s`); undefined if it is not one. */
export function secondsOf(duration: unknown): number | undefined {
  const seconds = /^(-?\d+(?:\.\d{1,9})?)s$/.exec(String(duration))?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

// https://cloud.google.com/run/docs/configuring/task-timeout; gcloud (command_lib/run/flags.py) gives the lower bound.
const SHORTEST_SECONDS = 1;
const LONGEST_SECONDS = 168 * 3600;

/** What is wrong with a task timeout, if anything. */
export function timeoutProblem(timeout: unknown): string | undefined {
  const seconds = secondsOf(timeout);
  if (seconds !== undefined && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) {
    return undefined;
  }
  return `must be between ${SHORTEST_SECONDS}s and ${LONGEST_SECONDS}s.`;
}
