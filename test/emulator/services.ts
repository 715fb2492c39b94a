import { ImageStore } from "./artifact-registry/image-store.ts";
import { artifactRegistryService } from "./artifact-registry/service.ts";
import type { AccessTokens } from "./core/auth/access-tokens.ts";
import type { Json, Service } from "./core/handler.ts";
import type { Platform } from "./core/platform.ts";
import { locationsService } from "./locations/service.ts";
import { LogStore } from "./logging/log-store.ts";
import { loggingService } from "./logging/service.ts";
import { OperationStore } from "./operations/operation-store.ts";
import { operationsService } from "./operations/service.ts";
import type { EmulatorOptions } from "./options.ts";
import { registryService } from "./registry/service.ts";
import { resourceManagerService } from "./resource-manager/service.ts";
import { RunStore } from "./run/run-store.ts";
import { runService } from "./run/service.ts";
import { SecretStore } from "./secret-manager/secret-store.ts";
import { secretManagerService } from "./secret-manager/service.ts";
import { credentialsService, serviceAccountsService } from "./service-accounts/service.ts";
import type { EnabledServices } from "./service-usage/enabled-services.ts";
import { serviceUsageService } from "./service-usage/service.ts";

// The lower of the two limits seen in public quota errors (snarfed/bridgy-fed#620: 60).
const LOG_READS_PER_MINUTE = 60;

// cloud.google.com/logging/quotas: open live-tailing sessions per project.
const MOST_TAIL_SESSIONS = 10;

// The same page: entries returned by tailing, per minute.
const TAILED_PER_MINUTE = 60_000;

/** Everything that the emulated services remember. */
export type Stores = {
  readonly secrets: SecretStore;
  readonly runs: RunStore;
  readonly operations: OperationStore;
  readonly logs: LogStore;
  readonly images: ImageStore;
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
    now: () => clock.now(),
    random: Math.random,
  });
  const images = new ImageStore();
  return {
    secrets,
    runs,
    operations,
    logs,
    images,
    describe: () => ({ ...runs.describe(), ...secrets.describe(), ...images.describe() }),
    clear: () => {
      // Runs first: what they still had to say belongs to what is forgotten.
      runs.clear();
      for (const store of [operations, secrets, logs, images]) store.clear();
    },
  };
}

type Behind = {
  readonly platform: Platform;
  readonly stores: Stores;
  readonly accessTokens: AccessTokens;
  readonly enabledServices: EnabledServices;
};

/** Every emulated service; what a service counts for itself begins at zero. */
export function makeServices(
  { platform, stores, accessTokens, enabledServices }: Behind,
  options: Pick<EmulatorOptions, "quotas" | "relaxed">,
): Service[] {
  const { clock } = platform;
  const { secrets, runs, operations, logs, images } = stores;
  return [
    secretManagerService(platform, secrets),
    runService(platform, runs, operations, secrets, images),
    operationsService(platform, operations),
    loggingService(logs, {
      now: () => clock.now(),
      after: (milliseconds, callback) => clock.after(milliseconds, callback),
      findProject: platform.findProject,
      readsPerMinute: options.quotas ? LOG_READS_PER_MINUTE : undefined,
      maxTailSessions: options.quotas ? MOST_TAIL_SESSIONS : Number.POSITIVE_INFINITY,
      ...(options.quotas ? { tailedPerMinute: TAILED_PER_MINUTE } : {}),
      hasEmptyPages: !options.relaxed,
    }),
    resourceManagerService(platform),
    locationsService(platform),
    serviceUsageService(platform, enabledServices),
    serviceAccountsService(platform),
    artifactRegistryService(platform, images),
    registryService(platform, images),
    credentialsService(platform, {
      accessTokens,
      checkService: (project, host) => enabledServices.check(project, host),
    }),
  ];
}
