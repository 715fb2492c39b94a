#!/usr/bin/env node
import process from "node:process";
import { systemClock } from "../gcp/clock.ts";
import type { Io } from "./io.ts";
import { runCli } from "./program.ts";

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  variables: process.env,
  workingDirectory: process.cwd(),
  clock: systemClock,
  onSignal(name, listener) {
    process.on(name, listener);
    return () => process.off(name, listener);
  },
  exit: (code) => process.exit(code),
};

// A reader that goes away (`al run … | head`, a closed terminal) must not end the watch over a run that costs money.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), io);
