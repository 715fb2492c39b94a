import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { type Emulator, startEmulator } from "../start.ts";
import { rest } from "../testing/rest.ts";

const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const MEMBER = `serviceAccount:${RUNNER}`;
const NUMBER = "123456789012";
const LOCATION = "projects/demo-project/locations/us-central1";
const NOBODY_WROTE = { version: 1, etag: "ACAB" };

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ relaxed: true, log: () => undefined });
});
afterAll(() => emulator?.close());

/** A call as the one who may do everything. */
const call = (
  path: string,
  body?: unknown,
  method?: string,
): Promise<{ status: number; body: Json }> =>
  rest(`${emulator.url}${path}`, {
    ...(body === undefined ? {} : { body }),
    ...(method === undefined ? {} : { method }),
  });

const runnerToken = async (): Promise<string> => {
  const name = `projects/-/serviceAccounts/${RUNNER}`;
  const { body } = await call(`/v1/${name}:generateAccessToken`, {
    scope: ["https://www.googleapis.com/auth/cloud-platform"],
  });
  return body.accessToken;
};

const asRunner = async (path: string, body?: unknown): Promise<number> => {
  const token = await runnerToken();
  const { status } = await rest(`${emulator.url}${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
  return status;
};

const addSecret = async (id: string): Promise<string> => {
  const made = await call(`/v1/projects/demo-project/secrets?secretId=${id}`, {
    replication: { automatic: {} },
  });
  expect(made.status).toBe(200);
  return `/v1/projects/demo-project/secrets/${id}`;
};

const addJob = async (id: string): Promise<string> => {
  const made = await call(`/v2/${LOCATION}/jobs?jobId=${id}`, {
    template: {
      template: {
        containers: [{ image: "host.local/a", command: ["true"] }],
        serviceAccount: RUNNER,
      },
    },
  });
  expect(made.status).toBe(200);
  return `/v2/${LOCATION}/jobs/${id}`;
};

type Kind = {
  readonly what: string;
  readonly make: (id: string) => Promise<string>;
  readonly role: string;
  readonly permission: string;
  readonly nameOf: (id: string) => string;
};

const KINDS: readonly Kind[] = [
  {
    what: "a secret",
    make: addSecret,
    role: "roles/secretmanager.viewer",
    permission: "secretmanager.secrets.get",
    nameOf: (id) => `projects/${NUMBER}/secrets/${id}`,
  },
  {
    what: "a job",
    make: addJob,
    role: "roles/run.viewer",
    permission: "run.jobs.get",
    nameOf: (id) => `projects/${NUMBER}/locations/us-central1/jobs/${id}`,
  },
];

describe.each(KINDS)("the policy of $what", ({ make, role, permission, nameOf }) => {
  const grant = { role, members: [MEMBER] };

  test("is empty at first, is replaced whole, and each time has another etag", async () => {
    const path = await make("whole");
    expect((await call(`${path}:getIamPolicy`)).body).toEqual(NOBODY_WROTE);
    const first = await call(`${path}:setIamPolicy`, { policy: { bindings: [grant] } });
    expect(first.body).toEqual({ version: 1, bindings: [grant], etag: expect.any(String) });
    expect((await call(`${path}:getIamPolicy`)).body).toEqual(first.body);
    const second = await call(`${path}:setIamPolicy`, { policy: { etag: first.body.etag } });
    expect(second.body).toEqual({ version: 1, etag: expect.any(String) });
    expect(new Set(["ACAB", first.body.etag, second.body.etag]).size).toBe(3);
    const stale = await call(`${path}:setIamPolicy`, {
      policy: { bindings: [grant], etag: first.body.etag },
    });
    expect([stale.status, stale.body.error.status]).toEqual([409, "ABORTED"]);
  });

  test("grants and takes away, for this one only", async () => {
    const path = await make("granted");
    const other = await make("other");
    expect(await asRunner(path)).toBe(403);
    await call(`${path}:setIamPolicy`, { policy: { bindings: [grant] } });
    expect([await asRunner(path), await asRunner(other)]).toEqual([200, 403]);
    await call(`${path}:setIamPolicy`, { policy: {} });
    expect(await asRunner(path)).toBe(403);
  });

  test("with a condition needs version 3, and is judged", async () => {
    const path = await make("conditional");
    const matching = {
      ...grant,
      condition: { title: "t", expression: `resource.name == "${nameOf("conditional")}"` },
    };
    const without = await call(`${path}:setIamPolicy`, { policy: { bindings: [matching] } });
    expect([without.status, without.body.error.message]).toEqual([
      400,
      "A policy with conditions must have the version 3.",
    ]);
    const policy = { version: 3, bindings: [matching] };
    const set = await call(`${path}:setIamPolicy`, { policy });
    expect(set.body).toEqual({ ...policy, etag: expect.any(String) });
    expect(await asRunner(path)).toBe(200);
    const asVersion3 = await call(`${path}:getIamPolicy?options.requestedPolicyVersion=3`);
    expect(asVersion3.body).toEqual(set.body);
    const asVersion1 = await call(`${path}:getIamPolicy`);
    expect(asVersion1.body.bindings).toEqual([
      { role: expect.stringMatching(`^${role}_withcond_[0-9a-f]{20}$`), members: [MEMBER] },
    ]);
    const never = { ...matching, condition: { title: "t", expression: "false" } };
    await call(`${path}:setIamPolicy`, { policy: { version: 3, bindings: [never] } });
    expect(await asRunner(path)).toBe(403);
  });

  test("tells the caller what it holds", async () => {
    const path = await make("asked");
    await call(`${path}:setIamPolicy`, { policy: { bindings: [grant] } });
    const token = await runnerToken();
    const ask = (permissions: string[]) =>
      rest(`${emulator.url}${path}:testIamPermissions`, { token, body: { permissions } });
    expect((await ask([permission, "secretmanager.versions.destroy"])).body).toEqual({
      permissions: [permission],
    });
    expect((await ask(["secretmanager.versions.destroy"])).body).toEqual({});
  });

  test("of one that is not there: asking holds nothing, reading and writing fail", async () => {
    const path = (await make("known")).replace("known", "unknown");
    const asked = await call(`${path}:testIamPermissions`, { permissions: [permission] });
    expect([asked.status, asked.body]).toEqual([200, {}]);
    expect((await call(`${path}:getIamPolicy`)).status).toBe(404);
    expect((await call(`${path}:setIamPolicy`, { policy: {} })).status).toBe(404);
  });

  test("goes with it: one made again under its name begins without", async () => {
    const path = await make("again");
    await call(`${path}:setIamPolicy`, { policy: { bindings: [grant] } });
    expect((await call(path, undefined, "DELETE")).status).toBe(200);
    await expect.poll(async () => (await call(path)).status).toBe(404);
    await make("again");
    expect((await call(`${path}:getIamPolicy`)).body).toEqual(NOBODY_WROTE);
    expect(await asRunner(path)).toBe(403);
  });

  test("is not the business of somebody who may only read", async () => {
    const path = await make("viewed");
    expect(await asRunner(`${path}:getIamPolicy`)).toBe(403);
    expect(await asRunner(`${path}:setIamPolicy`, { policy: {} })).toBe(403);
  });
});

test("a policy takes effect after the platform's delay, and is read back at once", async () => {
  const slow = await startEmulator({ relaxed: true, iamDelayMs: 60_000, log: () => undefined });
  try {
    const ask = (path: string, token: string, body?: unknown) =>
      rest(`${slow.url}${path}`, { token, ...(body === undefined ? {} : { body }) });
    const created = await ask("/v1/projects/demo-project/secrets?secretId=late", "owner", {
      replication: { automatic: {} },
    });
    expect(created.status).toBe(200);
    const path = "/v1/projects/demo-project/secrets/late";
    const { body: token } = await ask(
      `/v1/projects/-/serviceAccounts/${RUNNER}:generateAccessToken`,
      "owner",
      { scope: ["https://www.googleapis.com/auth/cloud-platform"] },
    );
    const bindings = [{ role: "roles/secretmanager.viewer", members: [MEMBER] }];
    await ask(`${path}:setIamPolicy`, "owner", { policy: { bindings } });
    const read = await ask(`${path}:getIamPolicy`, "owner");
    expect(read.body.bindings).toEqual(bindings);
    expect((await ask(path, token.accessToken)).status).toBe(403);
    await ask("/emulator/clock", "owner", { advanceMs: 60_000 });
    expect((await ask(path, token.accessToken)).status).toBe(200);
  } finally {
    await slow.close();
  }
});
