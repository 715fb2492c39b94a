#!/usr/bin/env node
import { randomBytes } from "node:crypto";
import process from "node:process";
import { isatty } from "node:tty";
import { systemClock } from "../gcp/clock.ts";
import type { Io } from "./io.ts";
import { runCli } from "./program.ts";

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  get stdin() {
    return process.stdin;
  },
  stdinIsTerminal: isatty(0),
  variables: process.env,
  workingDirectory: process.cwd(),
  clock: systemClock,
  fetch: globalThis.fetch,
  randomBytes,
  onSignal(name, listener) {
    process.on(name, listener);
    return () => process.off(name, listener);
  },
  exit: (code) => process.exit(code),
};

// A reader that goes away (`al run … | head`, a closed terminal) must not end the watch over a run that costs money.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // A full disk under a redirect is no reason either: the exit code must stay the agent's.
    if (!["EPIPE", "EIO", "ENOSPC"].includes(error.code ?? "")) throw error;
  });
}

// Set, it makes Google's clients print every request and answer: the values of secrets among them.
delete process.env.GOOGLE_SDK_NODE_LOGGING;

process.exitCode = await runCli(process.argv.slice(2), io);
