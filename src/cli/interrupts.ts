import type { Io } from "./io.ts";
import type { Terminal } from "./terminal.ts";

/** What a person asked for by signals while a run is on its way. */
export type Interrupts = {
  readonly cancel: AbortSignal;
  readonly detach: AbortSignal;
  /** Tells what a second Ctrl-C is to print: the command that stops the run without us. */
  stopCommand(command: string): void;
  dispose(): void;
};

const INTERRUPTED = 130;

/** SIGINT and SIGTERM cancel, and a second one leaves at once; SIGHUP (the terminal is gone) leaves the run to itself. */
export function listenForInterrupts(io: Io, terminal: Terminal): Interrupts {
  const cancel = new AbortController();
  const detach = new AbortController();
  let command: string | undefined;
  const interrupt = (): void => {
    if (cancel.signal.aborted) {
      terminal.note(
        command === undefined
          ? "Left. The launch may still be under way: look at the executions of the job."
          : `Left without waiting. To stop the run: ${command}`,
      );
      io.exit(INTERRUPTED);
      return;
    }
    terminal.note("Cancelling. Interrupt again to leave at once.");
    cancel.abort();
  };
  const removers = [
    io.onSignal("SIGINT", interrupt),
    io.onSignal("SIGTERM", interrupt),
    io.onSignal("SIGHUP", () => detach.abort()),
  ];
  return {
    cancel: cancel.signal,
    detach: detach.signal,
    stopCommand(text) {
      command = text;
    },
    dispose() {
      for (const remove of removers) remove();
    },
  };
}
