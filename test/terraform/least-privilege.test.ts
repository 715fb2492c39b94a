import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { writeFields } from "../support/store.ts";
import { copyStore, makeWorld, type World } from "../support/world.ts";
import { readSetUp, seedOf } from "./support/grants.ts";

const SET_UP = readSetUp("per-agent");
const CONTROLLER = SET_UP.serviceAccounts.controller ?? "";
const RUNNER = SET_UP.serviceAccounts["runner/it"] ?? "";
const PREFIXED = /secretmanager\.(versions|secrets\.(get|update|delete))/;

let world: World;
let variables: Record<string, string>;

/** A project of Google's as Terraform leaves it, and the controller's key in a store of its own. */
beforeAll(async () => {
  world = await makeWorld();
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const seed = seedOf(SET_UP);
  const serviceAccounts = seed.serviceAccounts.map(({ email }) =>
    email === CONTROLLER ? { email, publicKeyPem: publicKey } : { email },
  );
  await world.control("/emulator/seed", { ...seed, serviceAccounts });
  const key: unknown = JSON.parse(readFileSync(world.emulator.keyFile, "utf8"));
  const store = copyStore(world, "least-privilege");
  writeFields(store, {
    "gcp_service_account/default/key_json": JSON.stringify({
      ...(key as object),
      ...{ client_email: CONTROLLER, private_key: privateKey, private_key_id: undefined },
    }),
    "github_token/read-only/token": "ghp_fakeFakeFakeFakeFakeFakeFakeFake0009",
  });
  variables = { AL_CREDENTIALS_DIR: store };
});
afterAll(() => world?.close());

/** As the module prints it, but signing in with a key: nobody has to act as anybody. */
const CLOUD = String(SET_UP.outputs.environment_toml)
  .replace('auth = "impersonate"', 'auth = "key"')
  .replace(/^impersonate = .*\n/m, "");

const refused = async (since: number): Promise<string[]> =>
  (await world.calls(since))
    .filter(({ principal, status }) => principal === CONTROLLER && status === "PERMISSION_DENIED")
    .map(({ method, resource }) => `${method} ${resource}`);

test("the controller runs an agent with exactly its rights, and the agent reads its credentials", async () => {
  const project = world.project(
    agent(
      'cat /credentials/git_ssh/botty/email; echo; printf %s "$GITHUB_TOKEN" | wc -c',
      'credentials = ["github_token", "git_ssh:botty"]',
    ),
    CLOUD,
  );
  const { code, stdout, stderr } = await world.al(run(project), { variables });
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: "botty@example.com\n40\n" });
  expect(await refused(0)).toEqual([]);

  for (const command of [
    ["plan", "it", "-p", project],
    ["secrets", "ls", "-p", project],
    ["secrets", "sync", "it", "-p", project],
    ["secrets", "rm", "github_token", "-p", project, "--yes"],
  ]) {
    const result = await world.al(command, { variables });
    expect({ command, ...result }).toMatchObject({ command, code: 0 });
  }
  expect(await refused(0)).toEqual([]);
});

test("what the controller uses on secrets, it uses under the prefix", async () => {
  const calls = (await world.calls()) as unknown as readonly {
    readonly principal: string;
    readonly permissions: readonly string[];
    readonly resource: string;
  }[];
  const onSecrets = calls.filter(
    ({ principal, permissions }) =>
      principal === CONTROLLER && permissions.some((each) => PREFIXED.test(each)),
  );
  expect(onSecrets).not.toEqual([]);
  expect(onSecrets.filter(({ resource }) => !resource.includes("/secrets/al--"))).toEqual([]);
});

test("an agent that lists a credential which Terraform does not know of cannot read it", async () => {
  const project = world.project(agent("true", 'credentials = ["github_token:read-only"]'), CLOUD);
  const { code, stderr } = await world.al(run(project), { variables, speed: 2000 });
  expect(code).toBe(77);
  expect(stderr).toContain(`${RUNNER} may not read the secret al--github_token--read-only--token`);
});
