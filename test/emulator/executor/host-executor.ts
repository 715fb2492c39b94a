import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { containerEnv } from "./container-env.ts";
import type {
  ContainerExit,
  ContainerRun,
  Executor,
  LineListener,
  RunningContainer,
} from "./executor.ts";
import { type OutputPipe, openOutputPipes } from "./output-pipe.ts";
import { failedStart, findRefusal } from "./refusal.ts";
import { stagedPath } from "./staged-path.ts";

/** Runs commands as plain processes of this machine, which see all that the emulator's user sees. */
export class HostExecutor implements Executor {
  readonly kind = "host";
  readonly #metadataHost: string;

  constructor(options: { readonly metadataHost: string }) {
    this.#metadataHost = options.metadataHost;
  }

  start(run: ContainerRun, onLine: LineListener): RunningContainer {
    const refusal = findRefusal(run);
    if (refusal !== undefined) return failedStart(new Error(refusal));
    try {
      return this.#launch(run, onLine);
    } catch (error) {
      return failedStart(error);
    }
  }

  #launch(run: ContainerRun, onLine: LineListener): RunningContainer {
    const stage = makeStage();
    const clearStage = (): void => rmSync(stage, { recursive: true, force: true });
    try {
      stageMounts(stage, run);
      const pipes = openOutputPipes(onLine);
      const child = this.#spawn(run, { stage, pipes });
      for (const pipe of pipes) pipe.closeWriteEnd();
      return {
        exited: outcome(child, { run, pipes }).finally(clearStage),
        terminate: () => signalGroup(child, "SIGTERM"),
        kill: () => signalGroup(child, "SIGKILL"),
      };
    } catch (error) {
      clearStage();
      throw error;
    }
  }

  #spawn(
    run: ContainerRun,
    parts: { stage: string; pipes: readonly [OutputPipe, OutputPipe] },
  ): ChildProcess {
    const [program = "", ...rest] = run.argv;
    return spawn(program, rest, {
      cwd: run.workingDir ?? "/",
      // Nothing can be laid over /credentials here, so the agent is told where the files are instead.
      env: {
        ...containerEnv(run, this.#metadataHost),
        AL_CREDENTIALS_PATH: join(parts.stage, "credentials"),
      },
      stdio: ["ignore", parts.pipes[0].writeFd, parts.pipes[1].writeFd],
      // A process group of its own, so that the command's children can be ended with it.
      detached: true,
    });
  }
}

// Memory rather than disk, where the machine has it.
function makeStage(): string {
  const stage = mkdtempSync(
    join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "al-emulator-run-"),
  );
  mkdirSync(join(stage, "credentials"), { mode: 0o755 });
  return stage;
}

function stageMounts(stage: string, run: ContainerRun): void {
  for (const mount of run.mounts) {
    const directory = stagedPath({ root: stage, path: mount.path });
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    for (const file of mount.files) {
      const path = stagedPath({ root: directory, path: file.path });
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      writeFileSync(path, file.bytes, { mode: file.mode });
    }
  }
}

function outcome(
  child: ChildProcess,
  parts: { run: ContainerRun; pipes: readonly OutputPipe[] },
): Promise<ContainerExit> {
  const clear = (): void => {
    signalGroup(child, "SIGKILL");
    for (const pipe of parts.pipes) pipe.finish();
  };
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      clear();
      const program = JSON.stringify(parts.run.argv[0]);
      const what = `the container did not start: program ${program}: ${cause.message}`;
      reject(new Error(what, { cause }));
    });
    child.once("exit", (code, signal) => {
      clear();
      resolve(
        signal === null ? { exitCode: code ?? 0 } : { termSignal: constants.signals[signal] },
      );
    });
  });
}

function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // The group is gone already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
