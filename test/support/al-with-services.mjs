// The built al with every service at AL_TEST_SERVICES, for tests that need a real process on a real terminal.
import { randomBytes } from "node:crypto";
import process from "node:process";
import { runCli } from "../../dist/src/cli/program.js";
import { systemClock } from "../../dist/src/gcp/clock.js";

const services = process.env.AL_TEST_SERVICES;

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  stdinIsTerminal: process.stdin.isTTY === true,
  fetch: (url, init) => {
    const { pathname, search } = new URL(url);
    return fetch(new URL(`${pathname}${search}`, services), init);
  },
  randomBytes,
  variables: process.env,
  workingDirectory: process.cwd(),
  clock: systemClock,
  onSignal: () => () => undefined,
  exit: (code) => process.exit(code),
});
