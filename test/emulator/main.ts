#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parsed } from "./core/control/control.ts";
import { seedSchema } from "./core/control/seed.ts";
import type { EmulatorOptions } from "./options.ts";
import { type Emulator, startEmulator } from "./start.ts";

const HELP = `Emulates Cloud Run jobs, Secret Manager and Cloud Logging on this machine.

Usage: al-emulator [options]

  --port N              port on 127.0.0.1; 0 means a free one (default 0)
  --executor KIND       sandbox (default) or host: how containers' commands are run
  --relaxed             no delays and no quotas; rules and permissions stay
  --operation-delay MS  how long an operation stays unfinished
  --log-delay MS        how long a log entry stays invisible
  --log-shuffle MS      up to how much later than its neighbours a log entry appears
  --seed FILE           JSON as for POST /emulator/seed
  --help                this text

When ready it prints one line of JSON: {"url", "project", "keyFile"}.
`;

// sysexits.h, as everywhere in this project.
const EXIT = { usage: 64, unavailable: 69 } as const;

class UsageError extends Error {}

function readFlags(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        port: { type: "string" },
        executor: { type: "string" },
        relaxed: { type: "boolean" },
        "operation-delay": { type: "string" },
        "log-delay": { type: "string" },
        "log-shuffle": { type: "string" },
        seed: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

type Flags = ReturnType<typeof readFlags>;

async function toOptions(flags: Flags): Promise<Partial<EmulatorOptions>> {
  const { executor, relaxed, seed } = flags;
  if (executor !== undefined && executor !== "sandbox" && executor !== "host")
    throw new UsageError("--executor must be sandbox or host");
  return {
    ...whole(flags, "port", { as: "port", most: 65_535 }),
    ...whole(flags, "operation-delay", { as: "operationDelayMs" }),
    ...whole(flags, "log-delay", { as: "logDelayMs" }),
    ...whole(flags, "log-shuffle", { as: "logShuffleMs" }),
    ...(executor === undefined ? {} : { executor }),
    ...(relaxed === undefined ? {} : { relaxed }),
    ...(seed === undefined ? {} : { seed: await readSeed(seed) }),
  };
}

function whole(
  flags: Flags,
  flag: "port" | "operation-delay" | "log-delay" | "log-shuffle",
  { as, most = 3_600_000 }: { as: keyof EmulatorOptions; most?: number },
): Partial<EmulatorOptions> {
  const text = flags[flag];
  if (text === undefined) return {};
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new UsageError(`--${flag} must be a whole number from 0 to ${most}`);
  return { [as]: Number(text) };
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
