import type { RunEvent } from "../jobs/events.ts";
import type { Outcome } from "../mapping/outcome.ts";
import type { Terminal } from "./terminal.ts";

/** A run for programs. */
export type RunDocument = {
  readonly run: string;
  readonly agent: string;
  readonly state: "pending" | "running" | "succeeded" | "failed" | "cancelled";
  readonly exitCode?: number;
  readonly exitSource?: "agent" | "platform" | "al";
  readonly reason?: string;
  readonly execution: string;
  readonly job: string;
  readonly project: string;
  readonly region: string;
};

/** Shows what happens: the agent's output as it is, everything else on stderr with the time since the start. */
export function createReporter(input: {
  readonly terminal: Terminal;
  /** Hides the values of the run's credentials. */
  readonly mask: (line: string) => string;
  readonly seconds: () => number;
  /** With --json stdout is one document, so the agent's output goes to stderr. */
  readonly outputToStderr: boolean;
}): (event: RunEvent) => void {
  const { terminal, mask } = input;
  const stage = (text: string): void =>
    terminal.note(terminal.styled("dim", `[${input.seconds().toFixed(1)}s] ${text}`));
  return (event) => {
    switch (event.kind) {
      case "stage":
        return stage(event.text);
      case "launched":
        return stage(`Launched ${event.execution}`);
      case "warning":
        return terminal.note(`${terminal.styled("yellow", "warning:")} ${mask(event.text)}`);
      case "line": {
        const { stream, text, late } = event.line;
        if (late) terminal.note(terminal.styled("dim", "(the next line arrived late)"));
        if (stream === "stdout" && !input.outputToStderr) terminal.result(mask(text));
        else terminal.note(mask(text));
      }
    }
  };
}

/** Said each time, so that nobody takes the emulator's jobs for real ones. */
export const emulatorNotice = (url: string): RunEvent => ({
  kind: "warning",
  text: `using the emulator at ${url}; nothing reaches Google Cloud`,
});

/** The last line of a run. */
export function renderOutcome(outcome: Outcome, run: string): string {
  switch (outcome.state) {
    case "succeeded":
      return `Succeeded: ${run}`;
    case "failed":
      return `Failed with exit code ${outcome.exitCode}: ${run} (${outcome.reason})`;
    case "cancelled":
      return `Cancelled: ${run}`;
    case "unknown":
      return `Failed: ${run} (${outcome.reason})`;
  }
}
