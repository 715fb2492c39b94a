import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { containerEnv } from "./container-env.ts";
import type {
  ContainerExit,
  ContainerRun,
  Executor,
  LineListener,
  RunningContainer,
} from "./executor.ts";
import { findTool } from "./find-tool.ts";
import { hostTool } from "./host-tools.ts";
import { imagePlaces, imageScript, imageWorkshopScript } from "./image-script.ts";
import { readMountTable } from "./mount-table.ts";
import { type OutputPipe, openOutputPipes } from "./output-pipe.ts";
import { failedStart, findRefusal } from "./refusal.ts";
import { FILES, sandboxScript, workshopScript } from "./sandbox-script.ts";
import { stagedPath } from "./staged-path.ts";

export type SandboxOptions = {
  /** Directories that commands must not see, besides homes. */
  readonly hide: readonly string[];
  readonly metadataHost: string;
  /** Absolute path of util-linux's setpriv. */
  readonly setpriv: string;
  /** The words that put a program into new mount and PID namespaces, as its first process. */
  readonly launcher: readonly string[];
};

const SUPERVISOR = fileURLToPath(new URL("supervisor.mjs", import.meta.url));

const NAMESPACES = [
  "unshare",
  "--mount",
  "--pid",
  "--ipc",
  "--fork",
  "--kill-child",
  "--propagation",
  "private",
];

/** Without root's rights a namespace of users comes first: https://man7.org/linux/man-pages/man7/user_namespaces.7.html */
export const launcherFor = (user: "root" | "ordinary"): readonly string[] =>
  user === "root" ? NAMESPACES : [...NAMESPACES, "--user", "--map-root-user"];

/** Runs commands on this machine's own file system, read-only, in namespaces of their own. */
export class SandboxExecutor implements Executor {
  readonly kind = "sandbox";
  readonly #options: SandboxOptions;

  constructor(options: SandboxOptions) {
    this.#options = options;
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
    const plan = this.#plan(run);
    const pipes = openOutputPipes(onLine);
    const child = this.#spawn(pipes);
    for (const pipe of pipes) pipe.closeWriteEnd();
    const orders = child.stdio[4] as Writable;
    // A supervisor that ended before it read an order needs none; its end is told by `outcome`.
    orders.on("error", () => undefined);
    const order = (line: string): void => {
      if (orders.writable) orders.write(`${line}\n`);
    };
    order(JSON.stringify(plan));
    return {
      exited: outcome(child, pipes),
      terminate: () => order("TERM"),
      kill: () => order("KILL"),
    };
  }

  #spawn([stdout, stderr]: [OutputPipe, OutputPipe]): ChildProcess {
    const [program = "", ...launcher] = this.#options.launcher;
    return spawn(program, [...launcher, process.execPath, SUPERVISOR], {
      cwd: "/",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", stdout.writeFd, stderr.writeFd],
      // A Ctrl-C in the emulator's terminal is for the emulator to handle.
      detached: true,
    });
  }

  // Handed over a pipe: secrets of the run are never in the argv, env or files of a process.
  #plan(run: ContainerRun) {
    const mountPaths = run.mounts.map((mount) => mount.path);
    const files = run.root === undefined ? FILES : imagePlaces(run.root.directory).files;
    const staged = run.mounts.map((mount, index) =>
      mount.files.map((file) => ({
        path: stagedPath({ root: `${files}/${index}`, path: file.path }),
        mode: file.mode,
        base64: file.bytes.toString("base64"),
      })),
    );
    return {
      directories: mountPaths.map((_, index) => `${files}/${index}`),
      files: staged.flat(),
      argv: run.argv,
      env: containerEnv(run, this.#options.metadataHost),
      workingDir: run.workingDir ?? "/",
      ...(run.root === undefined
        ? this.#planOfHost(mountPaths)
        : planOfImage(run, run.root, { mountPaths, setpriv: this.#options.setpriv })),
    };
  }

  #planOfHost(mountPaths: readonly string[]) {
    return {
      workshop: workshopScript(),
      enter: sandboxScript({ table: readMountTable(), hide: this.#options.hide, mountPaths }),
      setpriv: { program: this.#options.setpriv, libraries: [] },
      identity: [],
    };
  }
}

// Without root's rights there is one user only, and no command can become another.
function planOfImage(
  run: ContainerRun,
  { directory, uid, gid }: NonNullable<ContainerRun["root"]>,
  { mountPaths, setpriv }: { mountPaths: readonly string[]; setpriv: string },
) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && (uid !== 0 || gid !== 0))
    throw new Error(
      `image ${run.image} runs as the user ${uid}: for that the emulator must be started by root`,
    );
  const lent = ["/etc/resolv.conf", "/etc/hosts"].filter((path) => existsSync(path));
  const systemFiles = Object.fromEntries(lent.map((path) => [path, path]));
  const { workingDir = "/" } = run;
  const umount = hostTool(findTool("umount"));
  return {
    workshop: imageWorkshopScript(directory),
    enter: imageScript({ directory, mountPaths, workingDir, systemFiles, umount }),
    setpriv: { ...hostTool(setpriv), isOutside: true },
    identity: isRoot ? [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"] : [],
  };
}

type Report = ContainerExit | { readonly startError: string };

async function outcome(child: ChildProcess, pipes: readonly OutputPipe[]): Promise<ContainerExit> {
  try {
    const [report, complaint] = await Promise.all([
      text(child.stdio[3] as Readable),
      text(child.stderr as Readable),
      once(child, "exit"),
    ]);
    return readReport(report, complaint);
  } finally {
    for (const pipe of pipes) pipe.finish();
  }
}

function readReport(report: string, complaint: string): ContainerExit {
  if (report === "") {
    throw new Error(`the sandbox ended without a report: ${complaint.trim() || "it was killed"}`);
  }
  const parsed: Report = JSON.parse(report);
  if ("startError" in parsed) throw new Error(`the container did not start: ${parsed.startError}`);
  return parsed;
}
