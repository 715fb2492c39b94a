import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { makeRepository, pushImage } from "../../emulator/testing/push-image.ts";
import { agent } from "../../support/agents.ts";
import { asOwner, makeSecret } from "../../support/rest.ts";
import { writeFields } from "../../support/store.ts";
import { type AlOptions, copyStore, makeWorld, type World } from "../../support/world.ts";
import { rolesWithout, withStandIns } from "./granted.ts";
import { readSetUp, seedOf } from "./grants.ts";
import { type JournalLine, journalSince } from "./journal.ts";

const SET_UP = withStandIns(readSetUp("per-agent"));
export const CONTROLLER = SET_UP.serviceAccounts.controller ?? "";
export const RUNNER = SET_UP.serviceAccounts["runner/it"] ?? "";

/** As the module prints it, but signing in with a key: nobody has to act as anybody. */
const CLOUD = String(SET_UP.outputs.environment_toml)
  .replace('auth = "impersonate"', 'auth = "key"')
  .replace(/^impersonate = .*\n/m, "");
/** Of one repository and image; see `prepareImage`. */
export const IMAGE = "us-central1-docker.pkg.dev/demo-project/al-agents/it";

const CREDENTIALS = 'credentials = ["github_token", "git_ssh:botty"]';
const SCRIPT = 'cat /credentials/git_ssh/botty/email; echo; echo "$PROMPT"';

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A computer with al, a store of its own, and no memory of what Google has. */
export type Machine = {
  readonly world: World;
  /** A project with the agent `it`. */
  project(options?: { script?: string; more?: string; region?: string; image?: string }): string;
  rotate(fields: Readonly<Record<string, string>>): void;
  al(args: readonly string[], options?: AlOptions): Promise<Ended>;
  /** Lets days pass, here and at Google's. */
  wait(days: number): Promise<void>;
  /** Another computer of the same user. */
  another(): Machine;
};

/** One thing that al does, from a new Google on. */
export type Step = {
  /** What is done with every right, before. */
  readonly before?: (machine: Machine) => Promise<unknown>;
  /** What is done with the rights in question, and how it ends. */
  readonly does: (machine: Machine) => Promise<unknown>;
  readonly ends: unknown;
};

export type Performance = {
  readonly ended: unknown;
  /** All that al said meanwhile. */
  readonly said: string;
  readonly calls: readonly JournalLine[];
};

export type Stage = {
  readonly world: World;
  /** Performs a step; the controller lacks one thing that Terraform grants to it, or nothing. */
  perform(step: Step, lacking?: string): Promise<Performance>;
  close(): Promise<void>;
};

/** A project as Terraform leaves it, in which steps are performed one by one. */
export async function makeStage(): Promise<Stage> {
  const world = await makeWorld();
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const seed = seedOf(SET_UP);
  const serviceAccounts = seed.serviceAccounts.map(({ email }) =>
    email === CONTROLLER ? { email, publicKeyPem: keys.publicKey } : { email },
  );
  await world.control("/emulator/seed", { ...seed, services: SET_UP.services, serviceAccounts });
  const key: unknown = JSON.parse(readFileSync(world.emulator.keyFile, "utf8"));
  const controllerKey = JSON.stringify({
    ...(key as object),
    ...{ client_email: CONTROLLER, private_key: keys.privateKey, private_key_id: undefined },
  });
  const hire = (lacking?: string) =>
    world.control("/emulator/seed", { roles: rolesWithout(lacking, seed.roles) });
  const today = { laterMs: 0 };
  return {
    world,
    async perform(step, lacking) {
      await world.reset();
      const said: string[] = [];
      const machine = newMachine(world, { controllerKey, said, today });
      if (step.before !== undefined) await step.before(machine);
      await untilListed(world);
      await hire(lacking);
      const { length } = await world.calls();
      said.length = 0;
      try {
        const ended = await step.does(machine);
        return { ended, said: said.join(""), calls: await journalSince(world, length) };
      } finally {
        await hire();
      }
    },
    close: () => world.close(),
  };
}

type Kept = { readonly name: string; readonly versions: readonly unknown[] };

/** Lists lag behind; what was made before a step is in them when it begins. */
async function untilListed(world: World): Promise<void> {
  const { secrets = [] } = (await world.state()) as { secrets?: readonly Kept[] };
  const isListed = async (path: string, field: string, count: number): Promise<boolean> => {
    const found = (await asOwner(world, "GET", path))[field] ?? [];
    return (found as readonly unknown[]).length === count;
  };
  while (!(await isListed("secrets", "secrets", secrets.length))) await new Promise(setImmediate);
  for (const { name, versions } of secrets) {
    const path = `secrets/${name.split("/").at(-1)}/versions`;
    while (!(await isListed(path, "versions", versions.length))) await new Promise(setImmediate);
  }
}

let machines = 0;

const DAY = 24 * 60 * 60_000;

type Shared = {
  readonly controllerKey: string;
  readonly said: string[];
  /** Google's clock moves on only, and machines follow it. */
  readonly today: { laterMs: number };
};

function newMachine(world: World, shared: Shared): Machine {
  machines += 1;
  const store = copyStore(world, `machine-${machines}/credentials`);
  writeFields(store, {
    "gcp_service_account/default/key_json": shared.controllerKey,
    "github_token/read-only/token": "ghp_fakeFakeFakeFakeFakeFakeFakeFake0009",
  });
  return {
    world,
    project: ({ script = SCRIPT, more = CREDENTIALS, region = "us-central1", image } = {}) =>
      world.project(
        image === undefined
          ? agent(script, more)
          : agent(script, more).replace("host.local/agent:latest", image),
        CLOUD.replace(/^region = .*$/m, `region = "${region}"`),
      ),
    rotate: (fields) => writeFields(store, fields),
    async al(args, options) {
      const variables = { AL_CREDENTIALS_DIR: store, ...options?.variables };
      const { laterMs } = shared.today;
      const ended = await world.al(args, { laterMs, ...options, variables });
      shared.said.push(ended.stdout, ended.stderr);
      return ended;
    },
    async wait(days) {
      shared.today.laterMs += days * DAY;
      await world.control("/emulator/clock", { advanceMs: days * DAY });
    },
    another: () => newMachine(world, shared),
  };
}

/** What Terraform makes beside accounts and grants, and an image that somebody pushed. */
export async function prepareProject({ world }: Machine): Promise<void> {
  await makeSecret(world, SET_UP.probeSecret.id, [], SET_UP.probeSecret.labels);
  await makeRepository(world.emulator.url, "al-agents");
  await pushImage(`${world.emulator.url}/v2/demo-project/al-agents/it`);
}
