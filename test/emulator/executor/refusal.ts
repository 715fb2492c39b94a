import type { ContainerRun, RunningContainer } from "./executor.ts";

/** Why this machine cannot run it, or undefined. */
export function findRefusal(run: ContainerRun): string | undefined {
  if (run.root === undefined && !run.image.startsWith("host.local/")) {
    return `image ${run.image} cannot be run here: without the sandbox only images under host.local/ can`;
  }
  if (run.argv.length === 0) {
    return `image ${run.image} has no entry point of its own: the container needs a command`;
  }
  return undefined;
}

/** A container that never was. */
export const failedStart = (error: unknown): RunningContainer => ({
  exited: Promise.reject(error),
  terminate: () => undefined,
  kill: () => undefined,
});
