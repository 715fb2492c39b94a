import { afterEach, describe, expect, test } from "vitest";
import type { Json } from "./core/handler.ts";
import type { EmulatorOptions } from "./options.ts";
import { type Emulator, startEmulator } from "./start.ts";
import { rest } from "./testing/rest.ts";
import { readTestKey, signedJwt } from "./testing/signed-jwt.ts";

const PROJECT = "projects/demo-project";
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const SIMULATED = { executor: "simulate", log: () => undefined } as const;

let emulator: Emulator;
afterEach(() => emulator.close());
const start = async (options: Partial<EmulatorOptions>): Promise<void> => {
  emulator = await startEmulator({ ...SIMULATED, ...options });
};
const call = (path: string, request: Parameters<typeof rest>[1] = {}) =>
  rest(`${emulator.url}${path}`, request);
const advance = (advanceMs: number) => call("/emulator/clock", { body: { advanceMs } });
const createSecret = (id: string) =>
  call(`/v1/${PROJECT}/secrets?secretId=${id}`, { body: { replication: { automatic: {} } } });
/** A token of the runner, by way of the owner's right to impersonate. */
async function runnerToken(): Promise<string> {
  const path = `/v1/projects/-/serviceAccounts/${RUNNER}:generateAccessToken`;
  const { body } = await call(path, {
    body: { scope: ["https://www.googleapis.com/auth/cloud-platform"] },
  });
  return body.accessToken;
}

describe("fresh things", () => {
  test("secrets and versions are got at once and listed only after the list delay", async () => {
    await start({ listDelayMs: 2000 });
    const data = Buffer.from("x").toString("base64");
    await createSecret("al--a");
    await call(`/v1/${PROJECT}/secrets/al--a:addVersion`, { body: { payload: { data } } });
    const seen = async (): Promise<Json> => ({
      got: (await call(`/v1/${PROJECT}/secrets/al--a/versions/1`)).status,
      secrets: (await call(`/v1/${PROJECT}/secrets`)).body.totalSize ?? 0,
      versions: (await call(`/v1/${PROJECT}/secrets/al--a/versions`)).body.totalSize ?? 0,
    });
    await advance(1000);
    expect(await seen()).toEqual({ got: 200, secrets: 0, versions: 0 });
    await advance(1000);
    expect(await seen()).toEqual({ got: 200, secrets: 1, versions: 1 });
  });

  test("a grant counts after the IAM delay, and so does its withdrawal", async () => {
    await start({ iamDelayMs: 60_000 });
    const token = await runnerToken();
    const status = async () => (await call(`/v1/${PROJECT}/secrets`, { token })).status;
    const { body: before } = await call(`/v3/${PROJECT}:getIamPolicy`, {
      body: { options: { requestedPolicyVersion: 3 } },
    });
    const grant = { role: "roles/secretmanager.viewer", members: [`serviceAccount:${RUNNER}`] };
    const policy = { ...before, bindings: [...before.bindings, grant] };
    const { body: after } = await call(`/v3/${PROJECT}:setIamPolicy`, { body: { policy } });
    expect(after.bindings).toEqual(policy.bindings);
    expect(await status()).toBe(403);
    await advance(60_000);
    expect(await status()).toBe(200);
    const back = { policy: { ...before, etag: after.etag } };
    expect((await call(`/v3/${PROJECT}:setIamPolicy`, { body: back })).status).toBe(200);
    expect(await status()).toBe(200);
    await advance(60_000);
    expect(await status()).toBe(403);
  });
});

describe("--iam", () => {
  const listAsRunner = async () => call(`/v1/${PROJECT}/secrets`, { token: await runnerToken() });

  test.each([
    ["enforce", 403, []],
    [
      "log",
      200,
      [`--iam log: ${RUNNER} lacks secretmanager.secrets.list on projects/123456789012`],
    ],
    ["off", 200, []],
  ] as const)("%s answers %i to who lacks the permission", async (iam, status, said) => {
    const lines: string[] = [];
    await start({ iam, log: (line) => lines.push(line) });
    expect((await listAsRunner()).status).toBe(status);
    expect(lines).toEqual(said);
    const { body } = await call("/emulator/calls");
    expect(body.calls.at(-1)).toMatchObject({ permissions: ["secretmanager.secrets.list"] });
  });
});

test("--latency is what a call takes at least", async () => {
  await start({ latencyMs: 50 });
  await createSecret("al--a");
  const { body } = await call("/emulator/calls");
  expect(body.calls[0].durationMs).toBeGreaterThanOrEqual(49);
});

describe("the emulator's clock", () => {
  test("moves a simulated execution on, and nobody's sign-in", async () => {
    await start({});
    const key = await readTestKey(emulator.keyFile);
    const env = [
      { name: "SIMULATE", value: JSON.stringify({ durationMs: 86_400_000, exitCode: 5 }) },
    ];
    const containers = [{ image: "host.local/agent", command: ["x"], env }];
    const template = { serviceAccount: RUNNER, maxRetries: 0, timeout: "604800s", containers };
    const jobs = `/v2/${PROJECT}/locations/us-central1/jobs`;
    const token = (): string => signedJwt(key);
    const job = { template: { template } };
    await call(`${jobs}?jobId=al-j`, { token: token(), body: job });
    await advance(1000);
    const { body: run } = await call(`${jobs}/al-j:run`, { token: token(), body: {} });
    await advance(2 * 86_400_000);
    const { body } = await call(`/v2/${run.metadata.name}`, { token: token() });
    const tookMs = Date.parse(body.completionTime) - Date.parse(body.startTime);
    expect(body.failedCount).toBe(1);
    expect(tookMs).toBeGreaterThanOrEqual(86_400_000);
    expect(tookMs).toBeLessThan(86_400_100);
  });

  test.each([{}, { advanceMs: -1 }, { advanceMs: 1.5 }, { advanceMs: "1" }, { advanceMs: 1e15 }])(
    "does not move by %j",
    async (body) => {
      await start({});
      expect((await call("/emulator/clock", { body })).status).toBe(400);
    },
  );
});
