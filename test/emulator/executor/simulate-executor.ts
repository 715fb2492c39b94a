import { z } from "zod";
import type { EmulatorClock } from "../core/platform.ts";
import type {
  ContainerExit,
  ContainerRun,
  Executor,
  LineListener,
  RunningContainer,
} from "./executor.ts";
import { failedStart } from "./refusal.ts";

const milliseconds = z.number().int().min(0);

/** What the variable SIMULATE of a container says; times are milliseconds from its start. */
const scriptSchema = z
  .strictObject({
    durationMs: milliseconds.default(0),
    exitCode: z.number().int().min(0).max(255).optional(),
    signal: z.number().int().min(1).max(64).optional(),
    lines: z
      .array(
        z.strictObject({
          stream: z.enum(["stdout", "stderr"]).default("stdout"),
          text: z.string(),
          atMs: milliseconds.default(0),
        }),
      )
      .default([]),
  })
  .refine(
    ({ exitCode, signal }) => exitCode === undefined || signal === undefined,
    "a container ends with an exit code or by a signal, not both",
  );

type Script = z.output<typeof scriptSchema>;

const SIGTERM = 15;
const SIGKILL = 9;

/** Acts containers out by the emulator's clock, without a process: for tests with thousands of them. */
export class SimulateExecutor implements Executor {
  readonly kind = "simulate";
  readonly #clock: EmulatorClock;

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  start(run: ContainerRun, onLine: LineListener): RunningContainer {
    const script = readScript(run.env.SIMULATE);
    return script instanceof Error ? failedStart(script) : act(script, this.#clock, onLine);
  }
}

function readScript(text: string | undefined): Script | Error {
  // Without a script the container succeeds at once and says nothing.
  if (text === undefined) return scriptSchema.parse({});
  try {
    const script = scriptSchema.safeParse(JSON.parse(text));
    return script.success ? script.data : unreadable(z.prettifyError(script.error), script.error);
  } catch (cause) {
    return unreadable("it is not JSON", cause);
  }
}

const unreadable = (why: string, cause: unknown): Error =>
  new Error(`the variable SIMULATE is no script: ${why}`, { cause });

function act(script: Script, clock: EmulatorClock, onLine: LineListener): RunningContainer {
  const timers: { cancel(): void }[] = [];
  let end: (exit: ContainerExit) => void = () => undefined;
  const exited = new Promise<ContainerExit>((resolve) => {
    end = (exit) => {
      for (const timer of timers) timer.cancel();
      resolve(exit);
    };
  });
  const lines = script.lines.filter(({ atMs }) => atMs <= script.durationMs);
  for (const { stream, text, atMs } of lines.sort((a, b) => a.atMs - b.atMs))
    timers.push(clock.after(atMs, () => onLine(stream, text)));
  timers.push(clock.after(script.durationMs, () => end(exitOf(script))));
  return {
    exited,
    terminate: () => end({ termSignal: SIGTERM }),
    kill: () => end({ termSignal: SIGKILL }),
  };
}

const exitOf = ({ exitCode, signal }: Script): ContainerExit =>
  signal === undefined ? { exitCode: exitCode ?? 0 } : { termSignal: signal };
