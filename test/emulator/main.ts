#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { parsed } from "./core/control/control.ts";
import { seedSchema } from "./core/control/seed.ts";
import { HELP, optionsOf, readFlags, UsageError } from "./flags.ts";
import type { EmulatorOptions } from "./options.ts";
import { type Emulator, startEmulator } from "./start.ts";

// sysexits.h, as everywhere in this project.
const EXIT = { usage: 64, unavailable: 69 } as const;

async function toOptions(flags: ReturnType<typeof readFlags>): Promise<Partial<EmulatorOptions>> {
  // A store that lies elsewhere than in a home directory is hidden from commands as well.
  const store = process.env.AL_CREDENTIALS_DIR ?? "";
  const options = { ...optionsOf(flags), hide: store === "" ? [] : [store] };
  return flags.seed === undefined ? options : { ...options, seed: await readSeed(flags.seed) };
}

async function readSeed(file: string) {
  try {
    return parsed(seedSchema, await readFile(file, "utf8"));
  } catch (cause) {
    throw new UsageError(`--seed ${file}: ${(cause as Error).message}`, { cause });
  }
}

const say = (text: string): void => {
  process.stderr.write(`al-emulator: ${text}\n`);
};

function exitCodeOf(error: Error & { code?: string; port?: number }): number {
  if (error instanceof UsageError) {
    say(`${error.message}\nTry al-emulator --help.`);
    return EXIT.usage;
  }
  if (error.code === "EADDRINUSE")
    say(
      `port ${error.port} on 127.0.0.1 is in use. Choose another with --port, or 0 for a free one.`,
    );
  else say(error.message);
  return EXIT.unavailable;
}

function closeOnSignals(starting: Promise<Emulator>): void {
  let isClosing = false;
  const close = (): void => {
    // A second signal, e.g. from an impatient Ctrl-C, must not cut the cleanup short.
    if (isClosing) return;
    isClosing = true;
    starting
      .then((emulator) => emulator.close())
      .then(
        () => process.exit(0),
        (error: Error) => process.exit(exitCodeOf(error)),
      );
  };
  process.on("SIGINT", close);
  process.on("SIGTERM", close);
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help === true) {
    process.stderr.write(HELP);
    return;
  }
  const starting = startEmulator(await toOptions(flags));
  // From now on there is something to clean up.
  closeOnSignals(starting);
  const { url, project, keyFile } = await starting;
  process.stdout.write(`${JSON.stringify({ url, project, keyFile })}\n`);
}

main().catch((error: Error) => {
  process.exitCode = exitCodeOf(error);
});
