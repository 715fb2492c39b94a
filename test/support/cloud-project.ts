import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { runCli } from "../../src/cli/program.ts";
import { type Emulator, startEmulator } from "../emulator/start.ts";
import { makeRepository, pushImage } from "../emulator/testing/push-image.ts";
import { rest } from "../emulator/testing/rest.ts";
import { SECRET_VALUES, writeFields } from "./store.ts";

const PROJECT = "projects/123456789012";
const REPOSITORY = `${PROJECT}/locations/us-central1/repositories/agents`;
export const REGISTRY = "us-central1-docker.pkg.dev/demo-project/agents";

/** What the Terraform module grants, and beside that what lets al doctor see all there is to see. */
const GRANTS = {
  project: [
    ...["run.jobs.create", "run.jobs.get", "run.jobs.list", "run.jobs.run", "run.jobs.delete"],
    ...["run.jobs.runWithOverrides", "run.executions.get", "run.executions.list"],
    ...["run.executions.cancel", "run.tasks.list", "run.operations.get", "run.locations.list"],
    ...["logging.logEntries.list", "secretmanager.secrets.create", "secretmanager.secrets.list"],
    ...["resourcemanager.projects.get", "serviceusage.services.get"],
    ...["resourcemanager.projects.getIamPolicy"],
  ],
  secrets: [
    ...["secretmanager.secrets.get", "secretmanager.secrets.update"],
    ...["secretmanager.secrets.delete", "secretmanager.secrets.getIamPolicy"],
    ...["secretmanager.versions.add", "secretmanager.versions.list"],
    ...["secretmanager.versions.access", "secretmanager.versions.destroy"],
  ],
  account: ["iam.serviceAccounts.actAs", "iam.serviceAccounts.get"],
  repository: [
    ...["artifactregistry.repositories.get", "artifactregistry.tags.get"],
    ...["artifactregistry.repositories.downloadArtifacts"],
    ...["artifactregistry.repositories.uploadArtifacts", "artifactregistry.dockerimages.get"],
  ],
} as const;

const TOKEN_CREATOR = "roles/iam.serviceAccountTokenCreator";

/** One thing that is otherwise than in a healthy project. */
export type Fault = {
  /** Permissions that the caller does not hold. */
  readonly without?: readonly string[];
  /** APIs that are off. */
  readonly off?: readonly string[];
  readonly noProbe?: boolean;
  /** The runner may read nothing. */
  readonly noAccess?: boolean;
  /** The runner was never made. */
  readonly noRunner?: boolean;
  readonly disabledRunner?: boolean;
  /** Google does not know the key that signs. */
  readonly unknownKey?: boolean;
  /** The key is one of another project's accounts, which holds nothing here. */
  readonly foreignKey?: boolean;
  /** al is to act as the runner, and is let or not. */
  readonly impersonatesRunner?: "allowed" | "denied";
  /** More lines of `[cloud]`, or others in the place of the healthy ones; undefined leaves one out. */
  readonly cloud?: Readonly<Record<string, string | undefined>>;
  readonly image?: string;
  /** The agent has no `[cloudrun]`. */
  readonly noCloudrun?: boolean;
  /** Refs that the agent lists. */
  readonly credentials?: readonly string[];
};

export type CloudProject = {
  readonly path: string;
  readonly store: string;
  readonly controller: string;
  readonly runner: string;
};

export type Doctor = {
  readonly emulator: Emulator;
  readonly directory: string;
  /** Makes a project that has everything but what is named. Names are of one lower-case word. */
  project(name: string, fault?: Fault): Promise<CloudProject>;
  al(
    args: readonly string[],
    project: CloudProject,
    options?: { readonly skewMs?: number; readonly emulatorUrl?: string },
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  close(): Promise<void>;
};

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

const APIS = [
  ...["artifactregistry", "cloudresourcemanager", "iam", "iamcredentials", "logging", "run"],
  ...["secretmanager", "serviceusage"],
].map((name) => `${name}.googleapis.com`);

/** An emulator with a repository and an image, in which any number of projects' set-ups stand side by side. */
export async function makeDoctor(): Promise<Doctor> {
  const emulator = await startEmulator({
    ...{ executor: "simulate", relaxed: true, log: () => undefined },
  });
  const directory = mkdtempSync(join(tmpdir(), "al-test-"));
  await makeRepository(emulator.url, "agents");
  await pushImage(`${emulator.url}/v2/demo-project/agents/dev`);
  return {
    emulator,
    directory,
    project: (name, fault = {}) => makeProject(name, fault, { emulator, directory }),
    al: (args, project, options = {}) =>
      al(args, project, { url: options.emulatorUrl ?? emulator.url, skewMs: options.skewMs ?? 0 }),
    async close() {
      await emulator.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function makeProject(
  name: string,
  fault: Fault,
  { emulator, directory }: { emulator: Emulator; directory: string },
): Promise<CloudProject> {
  const home = fault.foreignKey ? "demo-two" : "demo-project";
  const controller = `ctl-${name}@${home}.iam.gserviceaccount.com`;
  const runner = `run-${name}@demo-project.iam.gserviceaccount.com`;
  const path = join(directory, name);
  const store = join(path, "credentials");
  const off = new Set(fault.off);
  // The probe is made while every API is on.
  await control(emulator, "seed", { services: APIS });
  if (!fault.noProbe) await makeProbe(emulator, name);
  if (fault.foreignKey) await makeStranger(emulator, controller);
  await control(emulator, "seed", {
    ...seed({ name, controller, runner }, fault),
    services: APIS.filter((api) => !off.has(api)),
  });
  if (fault.disabledRunner) await disable(emulator, runner);
  writeProject(path, { name, runner, fault });
  writeFields(store, {
    "github_token/default/token": SECRET_VALUES["github_token/default/token"],
    "gcp_service_account/default/key_json": keyOf(controller),
  });
  return { path, store, controller, runner };
}

function seed(
  { name, controller, runner }: { name: string; controller: string; runner: string },
  { without = [], noAccess, noRunner, unknownKey, foreignKey, impersonatesRunner }: Fault,
) {
  const role = (kind: string): string => `projects/demo-project/roles/${name}_${kind}`;
  const member = [`serviceAccount:${controller}`];
  const secrets = `resource.name.startsWith("${PROJECT}/secrets/${name}--`;
  const granted = Object.entries(GRANTS).map(([kind, permissions]) => [
    role(kind),
    permissions.filter((permission) => !foreignKey && !without.includes(permission)),
  ]);
  const reader = {
    ...{ role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${runner}`] },
    condition: { expression: `${secrets}github_token--default--")` },
  };
  return {
    serviceAccounts: [
      ...(foreignKey ? [] : [{ email: controller, ...(unknownKey ? {} : publicKey) }]),
      ...(noRunner ? [] : [{ email: runner }]),
    ],
    roles: Object.fromEntries(granted),
    policies: [
      {
        resource: PROJECT,
        bindings: [
          { role: role("project"), members: member },
          { role: role("secrets"), members: member, condition: { expression: `${secrets}")` } },
          ...(noAccess || noRunner ? [] : [reader]),
        ],
      },
      { resource: REPOSITORY, bindings: [{ role: role("repository"), members: member }] },
      {
        resource: `${PROJECT}/serviceAccounts/${runner}`,
        bindings: [
          { role: role("account"), members: member },
          ...(impersonatesRunner === "allowed" ? [{ role: TOKEN_CREATOR, members: member }] : []),
        ],
      },
    ],
  };
}

function writeProject(
  path: string,
  { name, runner, fault }: { name: string; runner: string; fault: Fault },
): void {
  const cloud = {
    region: "us-central1",
    secret_prefix: name,
    service_account: runner,
    artifact_registry: REGISTRY,
    ...(fault.foreignKey ? { project: "demo-project" } : {}),
    ...(fault.impersonatesRunner
      ? { auth: "impersonate", impersonate: runner, credential: "gcp_service_account" }
      : {}),
    ...fault.cloud,
  };
  const lines = Object.entries(cloud).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = "${value}"`],
  );
  const image = fault.image ?? `${REGISTRY}/dev`;
  const cloudrun = fault.noCloudrun ? "" : `[cloudrun]\nimage = "${image}"\n`;
  mkdirSync(join(path, "agents/dev"), { recursive: true });
  writeFileSync(join(path, "config.toml"), `[cloud]\n${lines.join("\n")}\n`);
  writeFileSync(
    join(path, "agents/dev/SKILL.md"),
    "---\nname: dev\ndescription: Does it\n---\nDo it.\n",
  );
  writeFileSync(
    join(path, "agents/dev/config.toml"),
    `credentials = ${JSON.stringify(fault.credentials ?? ["github_token"])}\n${cloudrun}`,
  );
}

const keyOf = (email: string): string =>
  JSON.stringify({
    ...{ type: "service_account", project_id: email.split(/[@.]/)[1], client_email: email },
    ...{ private_key_id: "fake", private_key: keys.privateKey },
  });

const publicKey = { publicKeyPem: keys.publicKey };

const makeStranger = (emulator: Emulator, email: string): Promise<void> =>
  control(emulator, "seed", {
    project: { id: "demo-two", number: "222222222222" },
    serviceAccounts: [{ email, ...publicKey }],
  });

async function control({ url }: Emulator, path: string, body: unknown): Promise<void> {
  const answer = await rest(`${url}/emulator/${path}`, { body });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

async function makeProbe({ url }: Emulator, prefix: string): Promise<void> {
  const answer = await rest(`${url}/v1/projects/demo-project/secrets?secretId=${prefix}--_probe`, {
    body: { replication: { automatic: {} } },
  });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

async function disable({ url }: Emulator, email: string): Promise<void> {
  const name = `projects/demo-project/serviceAccounts/${email}`;
  const answer = await rest(`${url}/v1/${name}:disable`, { body: {} });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** Runs the command line in this process, on a clock that is wrong by so much. */
async function al(
  args: readonly string[],
  { path, store }: CloudProject,
  { url, skewMs }: { url: string; skewMs: number },
) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const code = await runCli(args, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    stdin: Readable.from([""]),
    stdinIsTerminal: false,
    fetch: () => Promise.reject(new TypeError("these tests ask no service")),
    randomBytes,
    variables: { HOME: path, AL_CREDENTIALS_DIR: store, AL_GCP_EMULATOR: url },
    workingDirectory: path,
    // Google answers at once or fails; waiting longer would only make the tests slow.
    clock: { now: () => Date.now() + skewMs, random: () => 0.5, sleep: () => Promise.resolve() },
    onSignal: () => () => undefined,
    exit: () => undefined,
  });
  return { code, ...texts };
}
