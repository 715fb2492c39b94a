import { Cleanup } from "./cleanup.ts";
import { makeSwitchboard, type Switchboard } from "./core/calls/switchboard.ts";
import { systemClock } from "./core/clock.ts";
import { type ControlNeeds, makeControl } from "./core/control/control.ts";
import { DEMO_PROJECT, defaultSeed } from "./core/control/default-seed.ts";
import { writeServiceAccountKey } from "./core/control/service-account-key.ts";
import type { Json } from "./core/handler.ts";
import { type Certificate, makeCertificate } from "./core/transport/certificate.ts";
import { FrontDoor } from "./core/transport/front-door.ts";
import { startGrpcServer } from "./core/transport/grpc-server.ts";
import { makeHttpServer } from "./core/transport/http-server.ts";
import { serveRest } from "./core/transport/rest-call.ts";
import { loadApiMethods } from "./core/wire/api-definitions.ts";
import { restRoutes } from "./core/wire/rest-routes.ts";
import { openMachineMetadata } from "./metadata/machine-metadata.ts";
import { type EmulatorOptions, knobsOf, withDefaults } from "./options.ts";
import { servePage } from "./page/page.ts";
import { makeRegistry } from "./registry/make-registry.ts";
import { makeServices } from "./services.ts";
import { makeWorld, type World } from "./world.ts";

// What a person can look through.
const SHOWN_ENTRIES = 200;

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
  const hide = [...options.hide, key.directory];
  const world = await makeWorld({ ...options, hide }, { port: door.port, cleanup });
  const { platform, stores } = world;
  cleanup.add(() => stores.clear());
  world.plant(defaultSeed(key));
  if (options.seed !== undefined) world.plant(options.seed);
  const switchboard = makeSwitchboard(platform, {
    ...{ identities: platform.identities, accessTokens: world.accessTokens, admit: world.admit },
    ...{ users: world.users, pools: world.pools },
    ...{ signInClock: systemClock, latencyMs: options.latencyMs, log: options.log },
  });
  cleanup.add(() => switchboard.pending.cancelAll());
  const serve = (): void => switchboard.dispatcher.use(makeServices(world, options));
  serve();

  const certificate = await makeCertificate();
  const reset = (): void => {
    forget(switchboard, world);
    serve();
  };
  const control = {
    journal: switchboard.journal,
    faults: switchboard.faults,
    info: () => info({ options, door, certificate, methods: switchboard.dispatcher.methods }),
    state: () => stores.describe(),
    logs: () => stores.logs.describe(SHOWN_ENTRIES),
    reset,
    plant: world.plant,
    advanceClock: (milliseconds: number) => world.clock.advance(milliseconds),
    subjectToken: (provider: string, claims: Json) =>
      world.pools.signSubjectToken(provider, claims, systemClock.now()),
    openMetadata: (serviceAccount: string) => openMachineMetadata(platform, serviceAccount),
  };
  const registry = makeRegistry({
    ...{ dispatcher: switchboard.dispatcher, platform, store: stores.images },
    ...{ accessTokens: world.accessTokens, signInClock: systemClock },
  });
  const now = (): number => world.clock.now();
  const room = { door, certificate, switchboard, control, registry, now, cleanup };
  await openDoor({ ...room, log: options.log });
  const url = `http://127.0.0.1:${door.port}`;
  return { url, project: DEMO_PROJECT.id, keyFile: key.file, close: () => cleanup.run() };
}

// Identities and policies stay: whoever resets goes on with the key that it has.
function forget({ journal, faults, pending }: Switchboard, { stores, quotas }: World): void {
  pending.cancelAll();
  faults.replace([]);
  stores.clear();
  quotas.clear();
  journal.clear();
}

async function openDoor(given: {
  door: FrontDoor;
  certificate: Certificate;
  switchboard: Switchboard;
  control: ControlNeeds;
  registry: ReturnType<typeof makeRegistry>;
  now(): number;
  log(line: string): void;
  cleanup: Cleanup;
}): Promise<void> {
  const { door, certificate, switchboard, control, registry, now, log, cleanup } = given;
  const { dispatcher, token } = switchboard;
  const methods = loadApiMethods();
  const resetPeer = (peer: string): void => door.resetPeer(peer);
  const grpc = await startGrpcServer({ methods, dispatcher, certificate, resetPeer, log });
  cleanup.add(() => grpc.close());
  const findRoute = restRoutes(methods);
  const http = makeHttpServer({
    port: door.port,
    control: makeControl(control),
    page: servePage,
    token,
    rest: (call) => serveRest(call, { dispatcher, findRoute, log }),
    registry,
    now,
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

const info = (given: {
  options: EmulatorOptions;
  door: FrontDoor;
  certificate: Certificate;
  methods: string[];
}) => {
  const { options, door, certificate, methods } = given;
  return {
    project: DEMO_PROJECT.id,
    projectNumber: DEMO_PROJECT.number,
    grpc: { host: "localhost", port: door.port },
    ca: certificate.certificatePem,
    executor: options.executor,
    options: knobsOf(options),
    methods,
  };
};
