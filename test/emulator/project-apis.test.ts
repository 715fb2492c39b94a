import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "./core/handler.ts";
import { type Emulator, startEmulator } from "./start.ts";
import { type GoogleClients, googleClients } from "./testing/google-clients.ts";
import { rest } from "./testing/rest.ts";
import { signedJwt } from "./testing/signed-jwt.ts";

const BY_ID = "projects/demo-project";
const BY_NUMBER = "projects/123456789012";
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const ALL = [
  "artifactregistry.googleapis.com",
  "cloudresourcemanager.googleapis.com",
  "iam.googleapis.com",
  "iamcredentials.googleapis.com",
  "logging.googleapis.com",
  "run.googleapis.com",
  "secretmanager.googleapis.com",
  "serviceusage.googleapis.com",
];

let emulator: Emulator;
let google: GoogleClients;
let runner: string;
beforeAll(async () => {
  emulator = await startEmulator({
    ...{ executor: "simulate", relaxed: true, operationDelayMs: 1000, log: () => undefined },
  });
  google = await googleClients(emulator);
  const path = `/v1/projects/-/serviceAccounts/${RUNNER}:generateAccessToken`;
  const scope = ["https://www.googleapis.com/auth/cloud-platform"];
  runner = (await call(path, { body: { scope } })).body.accessToken;
});
afterAll(async () => {
  await google.close();
  await emulator.close();
});
beforeEach(() => enableOnly(ALL));

const call = (path: string, request: Parameters<typeof rest>[1] = {}) =>
  rest(`${emulator.url}${path}`, request);
const enableOnly = (services: string[]) => call("/emulator/seed", { body: { services } });
const refusal = ({ status, body }: { status: number; body: Json }) =>
  `${status} ${body.error?.status}: ${body.error?.message}`;

describe("Resource Manager", () => {
  test.each([BY_ID, BY_NUMBER])("%s has a number that is not its id", async (name) => {
    expect((await call(`/v3/${name}`)).body).toMatchObject({
      name: BY_NUMBER,
      projectId: "demo-project",
      state: "ACTIVE",
    });
  });

  test("tells a caller which permissions it holds, without needing one", async () => {
    const permissions = ["run.jobs.create", "secretmanager.versions.access", "run.jobs.get"];
    const path = `/v3/${BY_ID}:testIamPermissions`;
    expect((await call(path, { body: { permissions } })).body).toEqual({ permissions });
    // The runner may access some secrets, which is less than the project's.
    expect((await call(path, { body: { permissions }, token: runner })).body).toEqual({});
  });

  test.each<[string, string, Parameters<typeof rest>[1], string]>([
    [
      "a project that is not there",
      "/v3/projects/none",
      {},
      "403 PERMISSION_DENIED: The caller does not have permission on project none (or it may not exist).",
    ],
    [
      "permissions that are none",
      `/v3/${BY_ID}:testIamPermissions`,
      { body: { permissions: ["run.*"] } },
      "400 INVALID_ARGUMENT: Permission run.* is not valid for this resource.",
    ],
    [
      "a policy with an old etag",
      `/v3/${BY_ID}:setIamPolicy`,
      { body: { policy: { etag: "AAAA" } } },
      "409 ABORTED: There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
    ],
    [
      "a member that does not exist",
      `/v3/${BY_ID}:setIamPolicy`,
      {
        body: {
          policy: { bindings: [{ role: "roles/viewer", members: ["serviceAccount:no@x.y"] }] },
        },
      },
      "400 INVALID_ARGUMENT: Service account no@x.y does not exist.",
    ],
    [
      "a condition in an old version",
      `/v3/${BY_ID}:setIamPolicy`,
      {
        body: {
          policy: {
            bindings: [
              {
                role: "roles/viewer",
                members: ["allUsers"],
                condition: { expression: "true" },
              },
            ],
          },
        },
      },
      "400 INVALID_ARGUMENT: A policy with conditions must have the version 3.",
    ],
  ])("refuses %s", async (_what, path, request, expected) => {
    expect(refusal(await call(path, request))).toBe(expected);
  });

  test("shows conditions only to who asks for version 3", async () => {
    const read = async (requestedPolicyVersion: number) =>
      (await call(`/v3/${BY_ID}:getIamPolicy`, { body: { options: { requestedPolicyVersion } } }))
        .body;
    const old = await read(1);
    const recent = await read(3);
    expect([old.version, recent.version]).toEqual([1, 3]);
    expect(old.bindings[1].role).toMatch(
      /^roles\/secretmanager\.secretAccessor_withcond_[0-9a-f]{20}$/,
    );
    expect(recent.bindings[1].condition.expression).toContain("secrets/al--");
  });
});

describe("Service Usage", () => {
  const DISABLED = `Cloud Run Admin API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/run.googleapis.com/overview?project=123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`;
  const JOBS = `/v2/${BY_ID}/locations/us-central1/jobs`;

  test("a service that is not enabled refuses every call, over REST and gRPC, with Google's details", async () => {
    await enableOnly(["serviceusage.googleapis.com", "secretmanager.googleapis.com"]);
    expect(await call(JOBS)).toEqual({
      status: 403,
      body: {
        error: {
          code: 403,
          message: DISABLED,
          status: "PERMISSION_DENIED",
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.Help",
              links: [
                {
                  description: "Google developers console API activation",
                  url: expect.stringContaining("run.googleapis.com/overview"),
                },
              ],
            },
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason: "SERVICE_DISABLED",
              domain: "googleapis.com",
              metadata: expect.objectContaining({
                service: "run.googleapis.com",
                consumer: BY_NUMBER,
              }),
            },
          ],
        },
      },
    });
    const failure = await google.jobs
      .getJob({ name: `${BY_ID}/locations/us-central1/jobs/x` })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 7, details: DISABLED, reason: "SERVICE_DISABLED" });
    expect((await call(`/v1/${BY_ID}/secrets`)).status).toBe(200);
  });

  test("a live tail of a project without logging is refused too", async () => {
    await enableOnly(["serviceusage.googleapis.com"]);
    const stream = google.logging.tailLogEntries();
    const failure = new Promise((resolve) => stream.on("error", resolve));
    stream.on("data", () => undefined);
    stream.write({ resourceNames: [BY_ID] });
    expect(await failure).toMatchObject({ code: 7, reason: "SERVICE_DISABLED" });
  });

  test("enabling is an operation, after which the calls go through", async () => {
    await enableOnly(["serviceusage.googleapis.com"]);
    const service = `/v1/${BY_ID}/services/run.googleapis.com`;
    expect((await call(service)).body.state).toBe("DISABLED");
    const { body: operation } = await call(`${service}:enable`, { body: {} });
    expect(operation).toEqual({
      name: expect.stringMatching(/^operations\/acf\.p2-123456789012-/),
      metadata: {
        "@type": "type.googleapis.com/google.api.serviceusage.v1.OperationMetadata",
        resourceNames: [`${BY_NUMBER}/services/run.googleapis.com`],
      },
    });
    expect((await call(JOBS)).status).toBe(403);
    await call("/emulator/clock", { body: { advanceMs: 1000 } });
    const { body: done } = await call(`/v1/${operation.name}`);
    expect(done).toMatchObject({
      done: true,
      response: {
        "@type": "type.googleapis.com/google.api.serviceusage.v1.EnableServiceResponse",
        service: { name: `${BY_NUMBER}/services/run.googleapis.com`, state: "ENABLED" },
      },
    });
    expect((await call(JOBS)).status).toBe(200);
    expect((await call(`${service}:enable`, { body: {} })).body.name).toBe(
      "operations/noop.DONE_OPERATION",
    );
  });

  test("lists are filtered by state, and paged", async () => {
    const enabled = ["serviceusage.googleapis.com", "run.googleapis.com"];
    await enableOnly(enabled);
    const ids = ({ services }: Json): string[] => services.map(({ config }: Json) => config.name);
    const path = `/v1/${BY_ID}/services?filter=state:ENABLED`;
    expect(ids((await call(path)).body).sort()).toEqual([...enabled].sort());
    const { body: first } = await call(`/v1/${BY_ID}/services?pageSize=5`);
    const { body: second } = await call(
      `/v1/${BY_ID}/services?pageSize=5&pageToken=${first.nextPageToken}`,
    );
    expect([...ids(first), ...ids(second)]).toEqual(ALL);
  });

  test("several services are asked about at once, off ones too", async () => {
    await enableOnly(["serviceusage.googleapis.com", "run.googleapis.com"]);
    const names = ["run.googleapis.com", "logging.googleapis.com"];
    const query = names.map((name) => `names=${BY_ID}/services/${name}`).join("&");
    const { body } = await call(`/v1/${BY_NUMBER}/services:batchGet?${query}`);
    expect(body.services.map(({ name, state }: Json) => [name, state])).toEqual([
      [`${BY_NUMBER}/services/run.googleapis.com`, "ENABLED"],
      [`${BY_NUMBER}/services/logging.googleapis.com`, "DISABLED"],
    ]);
  });

  test.each([
    ["none", 0, "owner", 400],
    ["more than 30", 31, "owner", 400],
    ["any, from who may not look", 1, "runner", 403],
  ])("asking about %s at once is refused", async (_what, count, who, status) => {
    const name = `names=${BY_ID}/services/run.googleapis.com`;
    const query = Array.from({ length: count }, () => name).join("&");
    const token = who === "runner" ? runner : "owner";
    expect((await call(`/v1/${BY_ID}/services:batchGet?${query}`, { token })).status).toBe(status);
  });

  test("refuses a service that nobody knows, a bad filter, and who may not enable", async () => {
    const path = `/v1/${BY_ID}/services`;
    expect(refusal(await call(`${path}/foo.googleapis.com`))).toMatch(/^404 NOT_FOUND/);
    expect(refusal(await call(`${path}?filter=x`))).toMatch(/^400 INVALID_ARGUMENT/);
    expect(
      refusal(await call(`${path}/run.googleapis.com:enable`, { body: {}, token: runner })),
    ).toBe(
      "403 PERMISSION_DENIED: Permission 'serviceusage.services.enable' denied on resource 'projects/demo-project' (or resource may not exist).",
    );
    const serviceIds = Array.from({ length: 21 }, () => "run.googleapis.com");
    expect(refusal(await call(`${path}:batchEnable`, { body: { serviceIds } }))).toMatch(/^400/);
  });
});

describe("Cloud Run's regions", () => {
  const LOCATIONS = `/v1/${BY_ID}/locations`;

  test("are listed in pages", async () => {
    const { body: first } = await call(`${LOCATIONS}?pageSize=1`);
    expect(first.locations).toEqual([
      {
        name: `${BY_ID}/locations/africa-south1`,
        locationId: "africa-south1",
        labels: { "cloud.googleapis.com/region": "africa-south1" },
      },
    ]);
    const { body: rest } = await call(`${LOCATIONS}?pageToken=${first.nextPageToken}`);
    expect(rest.nextPageToken).toBeUndefined();
    expect(rest.locations.map(({ locationId }: Json) => locationId)).toContain("us-central1");
  });

  test("are shown to who holds run.locations.list, in a project that is there", async () => {
    expect(refusal(await call(LOCATIONS, { token: runner }))).toBe(
      "403 PERMISSION_DENIED: Permission 'run.locations.list' denied on resource 'projects/demo-project' (or resource may not exist).",
    );
    expect((await call("/v1/projects/none/locations")).status).toBe(403);
  });
});

describe("IAM", () => {
  test("lists the project's accounts, the default one among them", async () => {
    const { body } = await call(`/v1/${BY_ID}/serviceAccounts`);
    expect(body.accounts.map(({ email }: Json) => email)).toEqual([
      "123456789012-compute@developer.gserviceaccount.com",
      "al-controller@demo-project.iam.gserviceaccount.com",
      RUNNER,
    ]);
  });

  test("finds an account by address, by unique id, and without its project", async () => {
    const { body: account } = await call(`/v1/${BY_ID}/serviceAccounts/${RUNNER}`);
    expect(account).toMatchObject({
      name: `${BY_ID}/serviceAccounts/${RUNNER}`,
      uniqueId: expect.stringMatching(/^\d{21}$/),
    });
    for (const name of [
      `${BY_NUMBER}/serviceAccounts/${account.uniqueId}`,
      `projects/-/serviceAccounts/${RUNNER}`,
    ])
      expect((await call(`/v1/${name}`)).body).toEqual(account);
  });

  test("an account's policy decides who may act as it", async () => {
    const account = `/v1/${BY_ID}/serviceAccounts/${RUNNER}`;
    const permissions = ["iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken"];
    const held = async () =>
      (await call(`${account}:testIamPermissions`, { body: { permissions }, token: runner })).body;
    expect(await held()).toEqual({});
    const bindings = [
      { role: "roles/iam.serviceAccountUser", members: [`serviceAccount:${RUNNER}`] },
    ];
    const { body: policy } = await call(`${account}:setIamPolicy`, {
      body: { policy: { bindings, etag: "ACAB" } },
    });
    expect(policy).toEqual({ version: 1, bindings, etag: expect.stringMatching(/^B/) });
    expect((await call(`${account}:getIamPolicy`, { body: {} })).body).toEqual(policy);
    expect(await held()).toEqual({ permissions: ["iam.serviceAccounts.actAs"] });
  });

  test("a disabled account is there and keeps its grants, but what it signs counts no longer", async () => {
    const { privateKey, publicKey: publicKeyPem } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const email = "al-off@demo-project.iam.gserviceaccount.com";
    await call("/emulator/seed", { body: { serviceAccounts: [{ email, publicKeyPem }] } });
    const account = `/v1/${BY_ID}/serviceAccounts/${email}`;
    const token = signedJwt({ email, privateKey, keyId: "any" });
    const asked = { body: { permissions: ["run.jobs.get"] }, token };
    const works = async () => (await call(`/v3/${BY_ID}:testIamPermissions`, asked)).status;
    expect((await call(account)).body.disabled).toBeUndefined();
    expect(await works()).toBe(200);
    for (const _twice of [1, 2])
      expect(await call(`${account}:disable`, { body: {} })).toEqual({ status: 200, body: {} });
    expect((await call(account)).body.disabled).toBe(true);
    expect(await works()).toBe(401);
    await call(`${account}:enable`, { body: {} });
    expect(await works()).toBe(200);
    expect((await call(`${account}:disable`, { body: {}, token: runner })).status).toBe(403);
  });

  test.each([
    ["an account that is not there", "", 404],
    ["the same, from who may not look", "runner", 403],
  ])("refuses %s", async (_what, who, status) => {
    const path = `/v1/${BY_ID}/serviceAccounts/nobody@demo-project.iam.gserviceaccount.com`;
    const token = who === "runner" ? runner : "owner";
    expect((await call(path, { token })).status).toBe(status);
  });

  test.each([
    ["no scope", {}, 400],
    ["too long a life", { scope: ["x"], lifetime: "3601s" }, 400],
    ["delegates", { scope: ["x"], delegates: ["y"] }, 501],
  ])("gives no token for %s", async (_what, body, status) => {
    const path = `/v1/projects/-/serviceAccounts/${RUNNER}:generateAccessToken`;
    expect((await call(path, { body })).status).toBe(status);
    expect((await call(path, { body, token: runner })).status).toBe(403);
  });
});
