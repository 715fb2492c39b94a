import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LineListener, OutputStream } from "./executor.ts";
import { LineSplitter } from "./line-splitter.ts";

/** The reading end of one output stream of a command, and the file descriptor the command writes to. */
export type OutputPipe = {
  readonly writeFd: number;
  /** To be called once the command has inherited the descriptor. */
  closeWriteEnd(): void;
  /** To be called once the command has ended: hands out all it wrote, without waiting for whoever still holds the pipe. */
  finish(): void;
};

/**
 * Two true pipes. Node's own are sockets, and a command that opens `/dev/stderr` gets ENXIO from a socket.
 */
export function openOutputPipes(onLine: LineListener): [stdout: OutputPipe, stderr: OutputPipe] {
  const directory = mkdtempSync(join(tmpdir(), "al-emulator-pipe-"));
  try {
    const streams = ["stdout", "stderr"] as const;
    const paths = streams.map((stream) => join(directory, stream));
    // Open to all, since the command may change its user; without its name only its holders can open it.
    const made = spawnSync("mkfifo", ["-m", "666", ...paths], { encoding: "utf8" });
    if (made.status !== 0) {
      throw new Error(`mkfifo failed: ${made.stderr || made.error}`, { cause: made.error });
    }
    const [stdout, stderr] = streams.map((stream) =>
      openOutputPipe({ path: join(directory, stream), stream, onLine }),
    ) as [OutputPipe, OutputPipe];
    return [stdout, stderr];
  } finally {
    // An open pipe lives on without its name.
    rmSync(directory, { recursive: true, force: true });
  }
}

function openOutputPipe(options: {
  path: string;
  stream: OutputStream;
  onLine: LineListener;
}): OutputPipe {
  const readFd = openSync(options.path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(options.path, constants.O_WRONLY);
  const lines = new LineSplitter((line) => options.onLine(options.stream, line));
  const socket = new Socket({ fd: readFd, readable: true, writable: false });
  socket.on("data", (chunk: Buffer) => lines.push(chunk));
  let writeEndOpen = true;
  const closeWriteEnd = (): void => {
    if (writeEndOpen) closeSync(writeFd);
    writeEndOpen = false;
  };
  return {
    writeFd,
    closeWriteEnd,
    finish() {
      closeWriteEnd();
      // After the socket has seen the end it has closed the descriptor, and nothing can be left in the pipe.
      if (!socket.readableEnded && !socket.destroyed) drain(readFd, lines);
      socket.destroy();
      lines.end();
    },
  };
}

function drain(fd: number, lines: LineSplitter): void {
  const buffer = Buffer.alloc(64 * 1024);
  for (;;) {
    const count = readAvailable(fd, buffer);
    if (count === 0) return;
    lines.push(Buffer.from(buffer.subarray(0, count)));
  }
}

function readAvailable(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    // Someone the command left behind still holds the pipe open, and all that was written is read.
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}
