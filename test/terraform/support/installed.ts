import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFields } from "../../support/store.ts";
import { type AlOptions, copyStore, type World } from "../../support/world.ts";
import { type KeptSetUp, readSetUp, seedOf } from "./grants.ts";
import type { SetUpName } from "./variable-sets.ts";

/** The person whom the set-ups let act as the controller. */
export const PERSON = {
  email: "you@example.com",
  clientId: "demo-client",
  clientSecret: "obviouslyFakeClientSecret0002",
  refreshToken: "1//obviouslyFakeRefreshToken0002",
};

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

/** A set-up in a Google Cloud project of its own, as Terraform leaves it, and a machine to use it from. */
export type Installed = {
  readonly setUp: KeptSetUp;
  readonly projectId: string;
  readonly controller: string;
  /** `[cloud]` as the module prints it. */
  readonly cloudToml: string;
  /** A file of this machine, by its path. */
  file(name: string, content: unknown): string;
  /** The key of the controller, as the module or Google's console hands it out. */
  readonly controllerKey: string;
  /** Makes a project with one agent and runs it there. */
  run(
    agent: { readonly name: string; readonly toml: string; readonly cloudToml?: string },
    options?: AlOptions,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
};

let installed = 0;

export async function install(world: World, name: SetUpName): Promise<Installed> {
  installed += 1;
  const projectId = `demo-${name}-${installed}`;
  const setUp = moved(readSetUp(name), { id: projectId, number: `20000000000${installed}` });
  const controller = setUp.serviceAccounts.controller ?? "";
  const seed = seedOf(setUp);
  await world.control("/emulator/seed", {
    ...seed,
    project: { id: projectId, number: `20000000000${installed}` },
    services: setUp.services,
    users: [PERSON],
    workloadIdentityProviders: setUp.workloadIdentityProviders,
    serviceAccounts: seed.serviceAccounts.map(({ email }) =>
      email === controller ? { email, publicKeyPem: keys.publicKey } : { email },
    ),
  });
  const home = join(world.directory, projectId);
  const store = copyStore(world, `${projectId}/credentials`);
  const controllerKey = JSON.stringify({
    ...{ type: "service_account", project_id: projectId, client_email: controller },
    private_key: keys.privateKey,
  });
  writeFields(store, { "gcp_service_account/default/key_json": controllerKey });
  const cloudToml = String(setUp.outputs.environment_toml);
  return {
    ...{ setUp, projectId, controller, cloudToml, controllerKey },
    file: (file, content) => written(join(home, file), content),
    run(agent, options) {
      const path = world.project(agent.toml, agent.cloudToml ?? cloudToml);
      renameSync(join(path, "agents/it"), join(path, "agents", agent.name));
      return world.al(["run", agent.name, "--runtime", "cloudrun", "-p", path], {
        ...options,
        variables: {
          ...{ AL_CREDENTIALS_DIR: store, CLOUDSDK_CONFIG: join(home, "no-gcloud") },
          ...options?.variables,
        },
      });
    },
  };
}

/** The same set-up in another project: several with accounts of the same names stand side by side. */
function moved(setUp: KeptSetUp, { id, number }: { id: string; number: string }): KeptSetUp {
  const text = JSON.stringify(setUp)
    .replaceAll("demo-project", id)
    .replaceAll("123456789012", number);
  return JSON.parse(text) as KeptSetUp;
}

function written(path: string, content: unknown): string {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
