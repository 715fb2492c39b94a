import type { Json, Service } from "./core/handler.ts";
import type { Platform } from "./core/platform.ts";
import { LogStore } from "./logging/log-store.ts";
import { loggingService } from "./logging/service.ts";
import { OperationStore } from "./operations/operation-store.ts";
import { operationsService } from "./operations/service.ts";
import type { EmulatorOptions } from "./options.ts";
import { RunStore } from "./run/run-store.ts";
import { runService } from "./run/service.ts";
import { SecretStore } from "./secret-manager/secret-store.ts";
import { secretManagerService } from "./secret-manager/service.ts";

// The lower of the two limits seen in public quota errors (snarfed/bridgy-fed#620: 60).
const LOG_READS_PER_MINUTE = 60;

// cloud.google.com/logging/quotas: open live-tailing sessions per project.
const MOST_TAIL_SESSIONS = 10;

/** Everything that the emulated services remember. */
export type Stores = {
  readonly secrets: SecretStore;
  readonly runs: RunStore;
  readonly operations: OperationStore;
  readonly logs: LogStore;
  /** Jobs, executions and secrets; metadata only. */
  describe(): Json;
  /** Forgets everything and kills what runs. */
  clear(): void;
};

export function makeStores(options: EmulatorOptions, clock: Platform["clock"]): Stores {
  const secrets = new SecretStore();
  const runs = new RunStore();
  const operations = new OperationStore(clock);
  const logs = new LogStore({
    delayMs: options.logDelayMs,
    shuffleMs: options.logShuffleMs,
    now: clock.now,
    random: Math.random,
  });
  return {
    secrets,
    runs,
    operations,
    logs,
    describe: () => ({ ...runs.describe(), ...secrets.describe() }),
    clear: () => {
      // Runs first: what they still had to say belongs to what is forgotten.
      runs.clear();
      for (const store of [operations, secrets, logs]) store.clear();
    },
  };
}

/** Every emulated service; what a service counts for itself begins at zero. */
export function makeServices(
  { secrets, runs, operations, logs }: Stores,
  { platform, relaxed }: { platform: Platform; relaxed: boolean },
): Service[] {
  const { clock } = platform;
  return [
    secretManagerService(platform, secrets),
    runService(platform, runs, operations, secrets),
    operationsService(platform, operations),
    loggingService(logs, {
      now: clock.now,
      after: clock.after,
      findProject: platform.findProject,
      readsPerMinute: relaxed ? undefined : LOG_READS_PER_MINUTE,
      maxTailSessions: relaxed ? Number.POSITIVE_INFINITY : MOST_TAIL_SESSIONS,
    }),
  ];
}
