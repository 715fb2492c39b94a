import { parseArgs } from "node:util";
import type { EmulatorOptions } from "./options.ts";

/** What --help says. */
export const HELP = `Emulates Cloud Run jobs, Secret Manager, Cloud Logging and what goes with them on this machine.

Usage: al-emulator [options]

  --port N              port on 127.0.0.1; 0 means a free one (default 0)
  --executor KIND       how containers' commands are run: sandbox (default), host, or simulate
                        (no process at all: the variable SIMULATE says what happens)
  --seed FILE           JSON as for POST /emulator/seed
  --help                this text

Strictness, with times in milliseconds:

  --relaxed             no delays and no quotas, unless a flag says otherwise; rules and permissions stay
  --iam MODE            missing permissions are refused (enforce, default), told (log), or ignored (off)
  --quotas on|off       whether Google's quotas per minute are counted (default on)
  --latency MS          how long each call takes at least (default 0)
  --operation-delay MS  how long an operation stays unfinished (default 400)
  --list-delay MS       how long a fresh secret or version is missing from lists (default 1000)
  --iam-delay MS        how long a policy that was set is without effect (default 1000)
  --log-delay MS        how long a log entry stays invisible (default 400)
  --log-shuffle MS      up to how much later than its neighbours a log entry appears (default 200)

When ready it prints one line of JSON: {"url", "project", "keyFile"}.
`;

/** A command line that makes no sense. */
export class UsageError extends Error {}

const text = { type: "string" } as const;

/** Takes the command line apart; throws UsageError. */
export function readFlags(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        ...{ port: text, executor: text, seed: text, iam: text, quotas: text, latency: text },
        ...{ "operation-delay": text, "list-delay": text, "iam-delay": text },
        ...{ "log-delay": text, "log-shuffle": text },
        relaxed: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

type Flags = ReturnType<typeof readFlags>;

// So much makes every promise of time of the services visible; more would only make tests slow.
const NUMBERS: readonly { flag: NumberFlag; as: keyof EmulatorOptions; most: number }[] = [
  { flag: "port", as: "port", most: 65_535 },
  { flag: "latency", as: "latencyMs", most: 60_000 },
  { flag: "operation-delay", as: "operationDelayMs", most: 1000 },
  { flag: "list-delay", as: "listDelayMs", most: 2000 },
  { flag: "iam-delay", as: "iamDelayMs", most: 600_000 },
  { flag: "log-delay", as: "logDelayMs", most: 3_600_000 },
  { flag: "log-shuffle", as: "logShuffleMs", most: 1000 },
];

type NumberFlag =
  | `${"operation" | "list" | "iam" | "log"}-delay`
  | "port"
  | "latency"
  | "log-shuffle";

/** The options that the flags set, the seed left out; throws UsageError. */
export function optionsOf(flags: Flags): Partial<EmulatorOptions> {
  const executor = oneOf(flags, "executor", ["sandbox", "host", "simulate"] as const);
  const iam = oneOf(flags, "iam", ["off", "log", "enforce"] as const);
  const quotas = oneOf(flags, "quotas", ["on", "off"] as const);
  return {
    ...Object.assign({}, ...NUMBERS.map((each) => wholeNumber(flags, each))),
    ...(executor === undefined ? {} : { executor }),
    ...(iam === undefined ? {} : { iam }),
    ...(quotas === undefined ? {} : { quotas: quotas === "on" }),
    ...(flags.relaxed === undefined ? {} : { relaxed: flags.relaxed }),
  };
}

function oneOf<Word extends string>(
  flags: Flags,
  flag: "executor" | "iam" | "quotas",
  words: readonly Word[],
): Word | undefined {
  const given = flags[flag];
  if (given === undefined) return undefined;
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  const choice = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  throw new UsageError(`--${flag} must be ${choice}`);
}

function wholeNumber(flags: Flags, { flag, as, most }: (typeof NUMBERS)[number]): object {
  const given = flags[flag];
  if (given === undefined) return {};
  if (!/^\d+$/.test(given) || Number(given) > most)
    throw new UsageError(`--${flag} must be a whole number from 0 to ${most}`);
  return { [as]: Number(given) };
}
