import type { Executor } from "./executor.ts";
import { findTool } from "./find-tool.ts";
import { HostExecutor } from "./host-executor.ts";
import { launcherFor, SandboxExecutor } from "./sandbox-executor.ts";

export type ExecutorOptions = {
  readonly kind: "sandbox" | "host";
  /** Directories that commands must not see, besides homes: the credential store, the emulator's keys. */
  readonly hide: readonly string[];
  readonly metadataHost: string;
  warn(line: string): void;
};

/** The executor that was asked for, tried out once; rejects when this machine cannot provide it. */
export async function chooseExecutor(options: ExecutorOptions): Promise<Executor> {
  if (options.kind === "host") {
    options.warn(
      "--executor host: commands run without isolation; they see this user's files and processes",
    );
    return new HostExecutor(options);
  }
  try {
    return await tried(options);
  } catch (cause) {
    throw new Error(
      `commands cannot be isolated on this machine: ${(cause as Error).message}. ` +
        "The sandbox needs Linux with unshare and setpriv of util-linux and the right to make namespaces. " +
        "To run commands without isolation, start the emulator with --executor host.",
      { cause },
    );
  }
}

async function tried(options: ExecutorOptions): Promise<Executor> {
  if (process.platform !== "linux") throw new Error(`this is ${process.platform}, not Linux`);
  const executor = new SandboxExecutor({
    hide: options.hide,
    metadataHost: options.metadataHost,
    setpriv: findTool("setpriv"),
    launcher: launcherFor(process.getuid?.() === 0 ? "root" : "ordinary"),
  });
  const exit = await executor.start(PROBE, () => undefined).exited;
  if (exit.exitCode !== 0) throw new Error(`a trial run ended with ${JSON.stringify(exit)}`);
  return executor;
}

const PROBE = { image: "host.local/probe", argv: ["true"], env: {}, mounts: [] };
