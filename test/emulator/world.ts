import type { Cleanup } from "./cleanup.ts";
import { AccessTokens } from "./core/auth/access-tokens.ts";
import { Users } from "./core/auth/users.ts";
import { WorkloadPools } from "./core/auth/workload-pools.ts";
import { type Admission, makeAdmission } from "./core/calls/admission.ts";
import { Quotas } from "./core/calls/quotas.ts";
import { MovableClock, systemClock } from "./core/clock.ts";
import { DEMO_PROJECT } from "./core/control/default-seed.ts";
import { plant, type Seed } from "./core/control/seed.ts";
import { Identities } from "./core/iam/identities.ts";
import { type AccessRequest, Policies } from "./core/iam/policies.ts";
import type { EmulatorClock, Platform } from "./core/platform.ts";
import { chooseExecutor } from "./executor/choose-executor.ts";
import type { Executor } from "./executor/executor.ts";
import { SimulateExecutor } from "./executor/simulate-executor.ts";
import { LoopbackMetadata } from "./metadata/metadata-servers.ts";
import type { EmulatorOptions } from "./options.ts";
import { EnabledServices } from "./service-usage/enabled-services.ts";
import { makeStores, type Stores } from "./services.ts";

/** Everything behind the transports: the platform, what is stored, and who may come in. */
export type World = {
  readonly platform: Platform;
  readonly stores: Stores;
  readonly clock: MovableClock;
  readonly accessTokens: AccessTokens;
  readonly users: Users;
  readonly pools: WorkloadPools;
  readonly enabledServices: EnabledServices;
  readonly quotas: Quotas;
  readonly admit: Admission;
  plant(seed: Seed): void;
};

/** Builds the world; rejects when commands cannot be isolated. */
export async function makeWorld(
  options: EmulatorOptions,
  { port, cleanup }: { port: number; cleanup: Cleanup },
): Promise<World> {
  const clock = new MovableClock(systemClock);
  const identities = new Identities();
  const policies = new Policies(identities, { clock, delayMs: options.iamDelayMs });
  const stores = makeStores(options, clock);
  const accessTokens = new AccessTokens();
  const metadata = new LoopbackMetadata({ accessTokens, clock });
  cleanup.add(() => metadata.closeAll());
  const executor = await executorFor(options, { port, clock });
  const platform: Platform = {
    ...{ clock, executor, identities, policies },
    logs: stores.logs,
    operationDelayMs: options.operationDelayMs,
    listDelayMs: options.listDelayMs,
    // What is only acted out asks nobody.
    ...(executor.kind === "simulate" ? {} : { metadata }),
    findProject: (idOrNumber) => identities.findProject(idOrNumber),
    isAllowed: permissionCheck(policies, options),
    knowsServiceAccount: (email) => identities.knowsAccount(email),
  };
  const outsiders = { users: new Users(), pools: new WorkloadPools() };
  const gate = makeGate(options, platform, outsiders);
  return { platform, stores, clock, accessTokens, ...outsiders, ...gate };
}

async function executorFor(
  { executor: kind, hide, log: warn }: EmulatorOptions,
  { port, clock }: { port: number; clock: EmulatorClock },
): Promise<Executor> {
  if (kind === "simulate") return new SimulateExecutor(clock);
  return chooseExecutor({ kind, hide, metadataHost: `127.0.0.1:${port}`, warn });
}

function makeGate(
  options: EmulatorOptions,
  { clock, findProject, identities, policies }: Platform,
  outsiders: Pick<World, "users" | "pools">,
): Pick<World, "enabledServices" | "quotas" | "admit" | "plant"> {
  const enabledServices = new EnabledServices();
  const quotas = new Quotas(clock);
  const enableOnly = (project = DEMO_PROJECT, services: readonly string[]): void =>
    enabledServices.replace(project, services);
  return {
    enabledServices,
    quotas,
    admit: makeAdmission({
      findProject,
      checkService: (project, host) => enabledServices.check(project, host),
      spend: (call) => {
        if (options.quotas) quotas.spend(call);
      },
    }),
    plant: (seed) => plant(seed, { identities, policies, ...outsiders, enableOnly }),
  };
}

function permissionCheck(
  policies: Policies,
  { iam, log }: Pick<EmulatorOptions, "iam" | "log">,
): Platform["isAllowed"] {
  const decide = ({ email, permission, resource }: AccessRequest): boolean => {
    if (iam === "off") return true;
    const isAllowed = policies.isAllowed({ email, permission, resource });
    if (iam === "enforce" || isAllowed) return isAllowed;
    log(`--iam log: ${email} lacks ${permission} on ${resource}`);
    return true;
  };
  return (email, permission, resource) => decide({ email, permission, resource });
}
