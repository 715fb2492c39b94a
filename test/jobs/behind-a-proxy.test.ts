import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { agent, run } from "../support/agents.ts";
import {
  adcFile,
  impersonationUrl,
  outsideFile,
  personFile,
  seedCallers,
  subjectToken,
  TARGET,
} from "../support/sign-in.ts";
import { CLOUD_TOML, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  await seedCallers(world);
});
afterAll(() => world.close());

/** A proxy that is not there: whatever is sent to it fails. */
const NOWHERE = "http://127.0.0.1:1";
const VARIABLES = ["grpc_proxy", "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, NOWHERE);
  for (const name of ["NO_PROXY", "no_proxy", "no_grpc_proxy"]) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const project = (auth: string) =>
  world.project(agent("echo hello; exit 3"), `${CLOUD_TOML}${auth}\n`);
const adc = (content: object) => ({
  GOOGLE_APPLICATION_CREDENTIALS: adcFile(world, "adc.json", content),
  GOOGLE_CLOUD_PROJECT: "demo-project",
});
const fromOutside = async () =>
  adc(
    outsideFile(world, await subjectToken(world), {
      service_account_impersonation_url: impersonationUrl(world.emulator.url, TARGET),
    }),
  );

test.each<[sentence: string, auth: string, variables: () => object | Promise<object>]>([
  ["with a stored key", "", () => ({})],
  ["as a person", 'auth = "adc"', () => adc(personFile())],
  ["as an account, from outside", 'auth = "adc"', fromOutside],
])("nothing that is for the emulator goes to a proxy, %s", async (_sentence, auth, variables) => {
  const path = project(auth);
  const options = { variables: { ...(await variables()) } };
  const ran = await world.al(run(path), options);
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 3, stdout: "hello\n" });
  const collected = await world.al(["gc", "-p", path], options);
  expect(collected).toMatchObject({ code: 0 });
  const checked = await world.al(
    ["doctor", "--runtime", "cloudrun", "--no-check-values", "-p", path],
    options,
  );
  expect(checked.stdout + checked.stderr).not.toContain("cannot be reached");
});
