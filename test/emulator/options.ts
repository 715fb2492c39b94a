import type { Seed } from "./core/control/seed.ts";

/** How an emulator is to behave. */
export type EmulatorOptions = {
  /** 0 means a free one. */
  readonly port: number;
  readonly executor: "sandbox" | "host";
  /** Turns delays and quotas off; never rules or permissions. */
  readonly relaxed: boolean;
  readonly operationDelayMs: number;
  /** How long a log entry stays invisible. */
  readonly logDelayMs: number;
  /** Up to how much later than its neighbours a log entry may appear. */
  readonly logShuffleMs: number;
  /** Directories that commands must not see, besides homes. */
  readonly hide: readonly string[];
  /** Added to the default project and accounts. */
  readonly seed?: Seed;
  /** Messages for people. */
  log(line: string): void;
};

const STRICT: EmulatorOptions = {
  port: 0,
  executor: "sandbox",
  relaxed: false,
  operationDelayMs: 400,
  logDelayMs: 400,
  logShuffleMs: 200,
  hide: [],
  log: (line) => {
    process.stderr.write(`al-emulator: ${line}\n`);
  },
};

const NO_DELAYS = { operationDelayMs: 0, logDelayMs: 0, logShuffleMs: 0 };

/** Fills in the defaults: strict ones, or no delay at all when relaxed. */
export const withDefaults = (given: Partial<EmulatorOptions>): EmulatorOptions => ({
  ...STRICT,
  ...(given.relaxed === true ? NO_DELAYS : {}),
  ...given,
});
