import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { type GoogleClients, googleClients } from "../../testing/google-clients.ts";
import { journal, rest } from "../../testing/rest.ts";
import type { Json } from "../handler.ts";

const SERVICE = "google.cloud.secretmanager.v1.SecretManagerService";
const CONTROLLER = "al-controller@demo-project.iam.gserviceaccount.com";
const PARENT = "projects/demo-project";

let emulator: Emulator;
let google: GoogleClients;

beforeAll(async () => {
  emulator = await startEmulator({ executor: "host", relaxed: true, log: () => undefined });
  google = await googleClients(emulator);
});
afterAll(async () => {
  await google.close();
  await emulator.close();
});
beforeEach(async () => {
  await rest(`${emulator.url}/emulator/reset`, { body: {} });
});

const control = (path: string, body: unknown) => rest(`${emulator.url}/emulator/${path}`, { body });
const faults = (...rules: Json[]) => control("faults", { rules });
const createByGrpc = (secretId: string, timeout = 30_000) =>
  google.secrets
    .createSecret(
      { parent: PARENT, secretId, secret: { replication: { automatic: {} } } },
      { timeout },
    )
    .then(
      () => "OK",
      (error: { code: number }) => error.code,
    );
const createByRest = (secretId: string) =>
  rest(`${emulator.url}/v1/${PARENT}/secrets?secretId=${secretId}`, {
    body: { replication: { automatic: {} } },
  }).then(
    ({ status }) => status,
    () => "connection lost",
  );
const secretIds = async (): Promise<string[]> => {
  const { body } = await rest(`${emulator.url}/emulator/state`);
  return body.secrets.map(({ name }: Json) => name.split("/").at(-1));
};
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
};

describe("the journal", () => {
  test("tells who called what, and nothing of what was said", async () => {
    await createByGrpc("al--a");
    await google.secrets.addSecretVersion({
      parent: `${PARENT}/secrets/al--a`,
      payload: { data: Buffer.from("s3cret") },
    });
    await google.secrets.getSecret({ name: `${PARENT}/secrets/none` }).catch(() => undefined);
    await createByRest("al--b");
    const { body } = await rest(`${emulator.url}/emulator/calls`);
    expect(JSON.stringify(body)).not.toContain("s3cret");
    expect(await journal(emulator)).toEqual([
      {
        method: `${SERVICE}.CreateSecret`,
        transport: "grpc",
        principal: CONTROLLER,
        permissions: ["secretmanager.secrets.create"],
        resource: `${PARENT}/secrets/al--a`,
        status: "OK",
      },
      {
        method: `${SERVICE}.AddSecretVersion`,
        transport: "grpc",
        principal: CONTROLLER,
        permissions: ["secretmanager.versions.add"],
        resource: `${PARENT}/secrets/al--a`,
        status: "OK",
      },
      {
        method: `${SERVICE}.GetSecret`,
        transport: "grpc",
        principal: CONTROLLER,
        permissions: ["secretmanager.secrets.get"],
        resource: `${PARENT}/secrets/none`,
        status: "NOT_FOUND",
      },
      {
        method: `${SERVICE}.CreateSecret`,
        transport: "rest",
        principal: "owner",
        permissions: ["secretmanager.secrets.create"],
        resource: `${PARENT}/secrets/al--b`,
        status: "OK",
      },
    ]);
    for (const call of body.calls)
      expect(call).toEqual(
        expect.objectContaining({
          startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          durationMs: expect.any(Number),
        }),
      );
  });

  test("can be read from a place on", async () => {
    await createByRest("al--a");
    await createByRest("al--b");
    const { body } = await rest(`${emulator.url}/emulator/calls?since=1`);
    expect(body.calls.map(({ resource }: Json) => resource)).toEqual([`${PARENT}/secrets/al--b`]);
  });

  test("tells of the next call when it comes", async () => {
    await createByRest("al--a");
    const next = rest(`${emulator.url}/emulator/calls?since=1&wait=true`);
    await createByRest("al--b");
    const { body } = await next;
    expect(body.calls.map(({ resource }: Json) => resource)).toEqual([`${PARENT}/secrets/al--b`]);
  });

  test("lets go of who waits when it is emptied", async () => {
    const next = rest(`${emulator.url}/emulator/calls?wait=true`);
    await control("reset", {});
    expect((await next).body).toEqual({ calls: [] });
  });

  test("notes who is not signed in", async () => {
    await rest(`${emulator.url}/v1/${PARENT}/secrets`, { token: "" });
    expect(await journal(emulator)).toEqual([
      {
        method: `${SERVICE}.ListSecrets`,
        transport: "rest",
        principal: "anonymous",
        permissions: [],
        resource: "",
        status: "UNAUTHENTICATED",
      },
    ]);
  });

  test("is emptied by a reset, like everything but the identities", async () => {
    await createByGrpc("al--a");
    await control("reset", {});
    expect(await journal(emulator)).toEqual([]);
    expect(await secretIds()).toEqual([]);
    expect(await createByGrpc("al--a")).toBe("OK");
  });
});

describe("a fault", () => {
  const rule = (rest: Json): Json => ({ method: `${SERVICE}.CreateSecret`, ...rest });

  describe.each<[string, (id: string) => Promise<unknown>, Json]>([
    ["gRPC", createByGrpc, { UNAVAILABLE: 14, lost: 14, OK: "OK" }],
    ["REST", createByRest, { UNAVAILABLE: 503, lost: "connection lost", OK: 200 }],
  ])("over %s", (_transport, create, told) => {
    test.each<[string, Json, unknown, string[]]>([
      [
        "before the effect prevents it",
        { action: { status: "UNAVAILABLE" } },
        told.UNAVAILABLE,
        [],
      ],
      [
        "after the effect loses the reply",
        { when: "after", action: { status: "UNAVAILABLE" } },
        told.UNAVAILABLE,
        ["al--a"],
      ],
      ["can reset the connection before", { action: { reset: true } }, told.lost, []],
      [
        "can reset the connection after",
        { when: "after", action: { reset: true } },
        told.lost,
        ["al--a"],
      ],
      ["can hang, then drop the connection", { action: { hangMs: 5 } }, told.lost, []],
      ["can delay before", { action: { delayMs: 5 } }, told.OK, ["al--a"]],
      ["can delay after", { when: "after", action: { delayMs: 5 } }, told.OK, ["al--a"]],
    ])("%s", async (_sentence, given, answer, left) => {
      await faults(rule(given));
      expect(await create("al--a")).toBe(answer);
      expect(await secretIds()).toEqual(left);
      expect(await create("al--b")).toBe(told.OK);
      expect((await journal(emulator)).length).toBe(2);
    });

    test("that is late lets the effect follow", async () => {
      await faults(rule({ when: "late", afterMs: 1, action: { status: "UNAVAILABLE" } }));
      expect(await create("al--a")).toBe(told.UNAVAILABLE);
      await until(async () => (await secretIds()).includes("al--a"));
    });

    test("hits the nth call and as many as it says", async () => {
      await faults(rule({ nth: 2, times: 2, action: { status: "UNAVAILABLE" } }));
      const answers = [];
      for (const id of ["a", "b", "c", "d"]) answers.push(await create(id));
      expect(answers).toEqual([told.OK, told.UNAVAILABLE, told.UNAVAILABLE, told.OK]);
    });

    test("hits only calls about the resource that it names", async () => {
      const resource = `${PARENT}/secrets/al--b`;
      await faults(rule({ resource, action: { status: "UNAVAILABLE" } }));
      const answers = [];
      for (const id of ["al--a", "al--b", "al--b2"]) answers.push(await create(id));
      expect(answers).toEqual([told.OK, told.UNAVAILABLE, told.OK]);
    });

    test("is cleared by an empty list", async () => {
      await faults(rule({ action: { status: "UNAVAILABLE" } }));
      await faults();
      expect(await create("al--a")).toBe(told.OK);
    });
  });

  test("that hangs longer than the client waits shows as cancelled", async () => {
    await faults(rule({ action: { hangMs: 60_000 } }));
    expect(await createByGrpc("al--a", 300)).toBe(4);
    await until(async () => (await journal(emulator))[0]?.status === "CANCELLED");
    expect(await secretIds()).toEqual([]);
  });

  test.each([
    ["an unknown status", { action: { status: "BROKEN" } }],
    ["no action", {}],
    ["two actions", { action: { reset: true, delayMs: 1 } }],
    ["a call before the first", { nth: 0, action: { reset: true } }],
    ["a short method name", { method: "CreateSecret", action: { reset: true } }],
    ["a late effect whose reply is not lost", { when: "late", action: { delayMs: 1 } }],
  ])("with %s is refused", async (_what, given) => {
    expect((await faults(rule(given))).status).toBe(400);
  });
});

describe("over gRPC", () => {
  test("a refusal carries its details", async () => {
    await faults();
    const error = await google.jobs
      .getJob({ name: `${PARENT}/locations/us-central1/jobs/none` })
      .then(
        () => undefined,
        (refusal: { code: number; details: string }) => refusal,
      );
    expect([error?.code, error?.details]).toEqual([
      5,
      "Resource 'none' of kind 'JOB' in region 'us-central1' in project 'demo-project' does not exist.",
    ]);
  });

  test("a method without handler is unimplemented", async () => {
    const error = await google.logging
      .deleteLog({ logName: `${PARENT}/logs/x` })
      .catch((refusal: { code: number }) => refusal);
    expect(error).toEqual(expect.objectContaining({ code: 12 }));
  });

  test("logs can be tailed, and a fault breaks the tail", async () => {
    await faults({
      method: "google.logging.v2.LoggingServiceV2.TailLogEntries",
      when: "after",
      afterMs: 1,
      action: { status: "INTERNAL" },
    });
    const stream = google.logging.tailLogEntries();
    const ended = new Promise<number>((resolve) =>
      stream.on("error", (error: { code: number }) => resolve(error.code)),
    );
    stream.write({ resourceNames: [PARENT] });
    expect(await ended).toBe(13);
  });
});

describe("over REST", () => {
  test.each<[string, string, Json | undefined, number]>([
    ["GET", "/v2/projects/demo-project/locations/us-central1/services", undefined, 501],
    ["POST", "/v2/entries:tail", {}, 501],
    ["GET", "/v2/projects/demo-project/nothing", undefined, 404],
    ["GET", "/emulator/nothing", undefined, 404],
    ["GET", "/emulator/calls?since=x", undefined, 400],
  ])("%s %s", async (method, path, body, status) => {
    expect((await rest(`${emulator.url}${path}`, { method, body })).status).toBe(status);
  });

  test("a text that is no JSON is refused without being repeated", async () => {
    const { status, body } = await rest(`${emulator.url}/v1/${PARENT}/secrets?secretId=a`, {
      body: '{"s3cret',
    });
    expect([status, body.error.message]).toEqual([
      400,
      "Invalid JSON payload received. Unexpected token.",
    ]);
  });
});

describe("operations", () => {
  test("of the same name in another project are not there", async () => {
    const { status } = await rest(
      `${emulator.url}/v2/projects/demo-project/locations/us-central1/operations/none`,
    );
    expect(status).toBe(404);
  });
});
