import { Cleanup } from "./cleanup.ts";
import { makeSwitchboard, type Switchboard } from "./core/calls/switchboard.ts";
import { systemClock } from "./core/clock.ts";
import { type ControlNeeds, makeControl } from "./core/control/control.ts";
import { DEMO_PROJECT, defaultSeed } from "./core/control/default-seed.ts";
import { plant, type Seed } from "./core/control/seed.ts";
import { writeServiceAccountKey } from "./core/control/service-account-key.ts";
import { Identities } from "./core/iam/identities.ts";
import { Policies } from "./core/iam/policies.ts";
import type { Platform } from "./core/platform.ts";
import { type Certificate, makeCertificate } from "./core/transport/certificate.ts";
import { FrontDoor } from "./core/transport/front-door.ts";
import { startGrpcServer } from "./core/transport/grpc-server.ts";
import { makeHttpServer } from "./core/transport/http-server.ts";
import { serveRest } from "./core/transport/rest-call.ts";
import { loadApiMethods } from "./core/wire/api-definitions.ts";
import { restRoutes } from "./core/wire/rest-routes.ts";
import { chooseExecutor } from "./executor/choose-executor.ts";
import { type EmulatorOptions, withDefaults } from "./options.ts";
import { makeServices, makeStores, type Stores } from "./services.ts";

/** A running emulator. */
export type Emulator = {
  /** Without a trailing slash. */
  readonly url: string;
  readonly project: string;
  /** The controller's service-account key. */
  readonly keyFile: string;
  /** Kills what runs, drops every connection and removes the key. */
  close(): Promise<void>;
};

/** Starts an emulator in this process; rejects when the port is taken or commands cannot be isolated. */
export async function startEmulator(given: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const cleanup = new Cleanup();
  try {
    return await start(withDefaults(given), cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(options: EmulatorOptions, cleanup: Cleanup): Promise<Emulator> {
  const door = await FrontDoor.listen(options.port);
  cleanup.add(() => door.close());
  const key = await writeServiceAccountKey({
    email: `al-controller@${DEMO_PROJECT.id}.iam.gserviceaccount.com`,
    projectId: DEMO_PROJECT.id,
  });
  cleanup.add(() => key.remove());
  const identities = new Identities();
  const policies = new Policies(identities);
  const sow = (seed: Seed): void => plant(seed, { identities, policies });
  sow(defaultSeed(key));
  if (options.seed !== undefined) sow(options.seed);

  const hide = [...options.hide, key.directory];
  const world = { options: { ...options, hide }, port: door.port, identities, policies };
  const { platform, stores } = await makeWorld(world);
  cleanup.add(() => stores.clear());
  const switchboard = makeSwitchboard(platform, { identities, log: options.log });
  cleanup.add(() => switchboard.pending.cancelAll());
  const serve = (): void =>
    switchboard.dispatcher.use(makeServices(stores, { platform, relaxed: options.relaxed }));
  serve();

  const certificate = await makeCertificate();
  const reset = (): void => {
    forget(switchboard, stores);
    serve();
  };
  const control = {
    journal: switchboard.journal,
    faults: switchboard.faults,
    info: () => info({ options, door, certificate }),
    state: () => stores.describe(),
    reset,
    plant: sow,
  };
  await openDoor({ door, certificate, switchboard, control, log: options.log, cleanup });
  const url = `http://127.0.0.1:${door.port}`;
  return { url, project: DEMO_PROJECT.id, keyFile: key.file, close: () => cleanup.run() };
}

async function makeWorld(given: {
  options: EmulatorOptions;
  port: number;
  identities: Identities;
  policies: Policies;
}): Promise<{ platform: Platform; stores: Stores }> {
  const { options, port, identities, policies } = given;
  const stores = makeStores(options, systemClock);
  const executor = await chooseExecutor({
    kind: options.executor,
    hide: options.hide,
    metadataHost: `127.0.0.1:${port}`,
    warn: options.log,
  });
  const platform: Platform = {
    clock: systemClock,
    executor,
    logs: stores.logs,
    operationDelayMs: options.operationDelayMs,
    findProject: (idOrNumber) => identities.findProject(idOrNumber),
    isAllowed: (email, permission, resource) => policies.isAllowed({ email, permission, resource }),
    knowsServiceAccount: (email) => identities.knowsAccount(email),
  };
  return { platform, stores };
}

// Identities and policies stay: whoever resets goes on with the key that it has.
function forget({ journal, faults, pending }: Switchboard, stores: Stores): void {
  pending.cancelAll();
  faults.replace([]);
  stores.clear();
  journal.clear();
}

async function openDoor(given: {
  door: FrontDoor;
  certificate: Certificate;
  switchboard: Switchboard;
  control: ControlNeeds;
  log(line: string): void;
  cleanup: Cleanup;
}): Promise<void> {
  const { door, certificate, switchboard, control, log, cleanup } = given;
  const { dispatcher, token } = switchboard;
  const methods = loadApiMethods();
  const resetPeer = (peer: string): void => door.resetPeer(peer);
  const grpc = await startGrpcServer({ methods, dispatcher, certificate, resetPeer, log });
  cleanup.add(() => grpc.close());
  const findRoute = restRoutes(methods);
  const http = makeHttpServer({
    port: door.port,
    control: makeControl(control),
    token,
    rest: (call) => serveRest(call, { dispatcher, findRoute, log }),
    log,
  });
  door.open({
    grpcPort: grpc.port,
    enterHttp: (socket) => {
      http.emit("connection", socket);
      socket.resume();
    },
  });
}

const info = (given: { options: EmulatorOptions; door: FrontDoor; certificate: Certificate }) => {
  const { options, door, certificate } = given;
  const { relaxed, operationDelayMs, logDelayMs, logShuffleMs } = options;
  return {
    project: DEMO_PROJECT.id,
    projectNumber: DEMO_PROJECT.number,
    grpc: { host: "localhost", port: door.port },
    ca: certificate.certificatePem,
    executor: options.executor,
    options: { relaxed, operationDelayMs, logDelayMs, logShuffleMs },
  };
};
