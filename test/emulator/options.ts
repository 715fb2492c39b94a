import type { Seed } from "./core/control/seed.ts";

/** How an emulator is to behave. */
export type EmulatorOptions = {
  /** 0 means a free one. */
  readonly port: number;
  readonly executor: "sandbox" | "host" | "simulate";
  /** Turns delays and quotas off; never rules or permissions. */
  readonly relaxed: boolean;
  /** What becomes of missing permissions: nothing, a message, or a refusal. */
  readonly iam: "off" | "log" | "enforce";
  /** Whether Google's quotas per minute are counted. */
  readonly quotas: boolean;
  /** How long each call takes at least. */
  readonly latencyMs: number;
  readonly operationDelayMs: number;
  /** How long a policy that was set is without effect; seeded ones take effect at once. */
  readonly iamDelayMs: number;
  /** How long a fresh secret or version is missing from lists. */
  readonly listDelayMs: number;
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
  iam: "enforce",
  quotas: true,
  latencyMs: 0,
  operationDelayMs: 400,
  iamDelayMs: 1000,
  listDelayMs: 1000,
  logDelayMs: 400,
  logShuffleMs: 200,
  hide: [],
  log: (line) => {
    process.stderr.write(`al-emulator: ${line}\n`);
  },
};

const RELAXED = {
  quotas: false,
  latencyMs: 0,
  operationDelayMs: 0,
  iamDelayMs: 0,
  listDelayMs: 0,
  logDelayMs: 0,
  logShuffleMs: 0,
};

/** Fills in the defaults: strict ones, or no delay at all when relaxed. */
export const withDefaults = (given: Partial<EmulatorOptions>): EmulatorOptions => ({
  ...STRICT,
  ...(given.relaxed === true ? RELAXED : {}),
  ...given,
});

/** What an emulator tells of how it behaves. */
export const knobsOf = (options: EmulatorOptions) => {
  const { relaxed, iam, quotas, latencyMs, operationDelayMs } = options;
  const { iamDelayMs, listDelayMs, logDelayMs, logShuffleMs } = options;
  return {
    ...{ relaxed, iam, quotas, latencyMs, operationDelayMs },
    ...{ iamDelayMs, listDelayMs, logDelayMs, logShuffleMs },
  };
};
