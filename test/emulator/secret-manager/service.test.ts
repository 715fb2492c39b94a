import { inspect } from "node:util";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import { FakeCall, FakePlatform } from "../run/fake-platform.ts";
import { crc32c } from "./crc32c.ts";
import { parseListFilter } from "./list-filter.ts";
import { SecretStore } from "./secret-store.ts";
import { secretManagerService } from "./service.ts";

const PROJECT = "projects/demo-project";
const NUMBERED = "projects/123456789012";
const SECRET = `${PROJECT}/secrets/al--x`;
const AUTOMATIC = { replication: { automatic: {} } };
const base64 = (text: string): string => Buffer.from(text).toString("base64");

let platform: FakePlatform;
let store: SecretStore;
let call: FakeCall;

beforeEach(() => {
  platform = new FakePlatform();
  store = new SecretStore();
  call = new FakeCall();
});

async function ask(method: string, request: Json): Promise<Json> {
  const { unary } = secretManagerService(platform, store);
  const handler = unary[`google.cloud.secretmanager.v1.SecretManagerService.${method}`];
  if (handler === undefined) throw new Error(`no handler for ${method}`);
  return await handler(request, call);
}

async function refusalOf(method: string, request: Json): Promise<string> {
  try {
    await ask(method, request);
  } catch (error) {
    if (error instanceof GoogleError) return `${error.status}: ${error.message}`;
    throw error;
  }
  return "OK";
}

const create = (secret: Json = {}): Promise<Json> =>
  ask("CreateSecret", { parent: PROJECT, secretId: "al--x", secret: { ...AUTOMATIC, ...secret } });

const add = (text: string): Promise<Json> =>
  ask("AddSecretVersion", { parent: SECRET, payload: { data: base64(text) } });

const version = (number: number | string): string => `${SECRET}/versions/${number}`;

describe("a secret", () => {
  test("is created with what was sent, and named by the project number", async () => {
    const labels = { "managed-by": "action-llama" };
    const annotations = { credential: "github_token:default" };
    expect(await create({ labels, annotations, name: "ignored" })).toEqual({
      name: `${NUMBERED}/secrets/al--x`,
      replication: { automatic: {} },
      labels,
      annotations,
      createTime: "2026-01-02T03:04:05.000Z",
      etag: expect.stringMatching(/^"[0-9a-f]+"$/),
    });
    expect(call.asked).toEqual([`secretmanager.secrets.create on ${NUMBERED}`]);
  });

  test("comes back the same by project id and by number", async () => {
    const created = await create();
    expect(await ask("GetSecret", { name: SECRET })).toEqual(created);
    expect(await ask("GetSecret", { name: `${NUMBERED}/secrets/al--x` })).toEqual(created);
    expect(call.asked.slice(1)).toEqual(
      Array(2).fill(`secretmanager.secrets.get on ${NUMBERED}/secrets/al--x`),
    );
  });

  test("with a time to live answers an expire time, and is gone after it", async () => {
    expect((await create({ ttl: "3600s" })).expireTime).toBe("2026-01-02T04:04:05.000Z");
    await platform.clock.advance(3_599_999);
    expect(await refusalOf("GetSecret", { name: SECRET })).toBe("OK");
    await platform.clock.advance(1);
    expect(await refusalOf("GetSecret", { name: SECRET })).toBe(
      `NOT_FOUND: Secret [${NUMBERED}/secrets/al--x] not found.`,
    );
  });

  test("is updated as far as the mask goes, and gets a new etag each time", async () => {
    const created = await create({ labels: { a: "1" }, annotations: { b: "2" } });
    const changed = await ask("UpdateSecret", {
      secret: { name: SECRET, etag: created.etag, labels: { c: "3" }, annotations: { d: "4" } },
      updateMask: "labels",
    });
    expect(changed).toEqual({ ...created, labels: { c: "3" }, etag: changed.etag });
    const touched = await ask("UpdateSecret", { secret: { name: SECRET }, updateMask: "" });
    expect(touched).toEqual({ ...changed, etag: touched.etag });
    const { labels: _, ...cleared } = touched;
    const last = await ask("UpdateSecret", { secret: { name: SECRET }, updateMask: "labels" });
    expect(last).toEqual({ ...cleared, etag: last.etag });
    expect(new Set([created, changed, touched, last].map(({ etag }) => etag)).size).toBe(4);
  });

  test("that is deleted and made again starts at version 1 again", async () => {
    await create();
    await add("one");
    expect(await ask("DeleteSecret", { name: SECRET })).toEqual({});
    await create();
    expect((await add("two")).name).toBe(`${NUMBERED}/secrets/al--x/versions/1`);
  });
});

describe("a version", () => {
  test("is added, listed and read with its checksum", async () => {
    await create();
    const data = base64("123456789");
    const dataCrc32c = String(0xe3069283);
    const added = await ask("AddSecretVersion", { parent: SECRET, payload: { data, dataCrc32c } });
    expect(added).toEqual({
      name: `${NUMBERED}/secrets/al--x/versions/1`,
      createTime: "2026-01-02T03:04:05.000Z",
      state: "ENABLED",
      replicationStatus: { automatic: {} },
      etag: expect.any(String),
      clientSpecifiedPayloadChecksum: true,
    });
    expect(await ask("AccessSecretVersion", { name: version(1) })).toEqual({
      name: added.name,
      payload: { data, dataCrc32c },
    });
    expect(await ask("GetSecretVersion", { name: version("latest") })).toEqual(added);
    await platform.clock.advance(100);
    expect(await ask("ListSecretVersions", { parent: SECRET })).toEqual({
      versions: [added],
      totalSize: 1,
    });
  });

  test("`latest` is the newest whatever its state", async () => {
    await create();
    await add("one");
    await add("two");
    await ask("DisableSecretVersion", { name: version(2) });
    expect(await refusalOf("AccessSecretVersion", { name: version("latest") })).toBe(
      `FAILED_PRECONDITION: Secret Version [${NUMBERED}/secrets/al--x/versions/2] is in DISABLED state.`,
    );
    await ask("EnableSecretVersion", { name: version(2) });
    const { payload } = await ask("AccessSecretVersion", { name: version("latest") });
    expect(payload.data).toBe(base64("two"));
  });

  test("is destroyed for good", async () => {
    await create();
    const added = await add("one");
    expect(await ask("DestroySecretVersion", { name: version(1) })).toEqual({
      ...added,
      state: "DESTROYED",
      destroyTime: "2026-01-02T03:04:05.000Z",
      etag: expect.not.stringMatching(added.etag),
    });
    for (const verb of ["Enable", "Disable", "Destroy"]) {
      expect(await refusalOf(`${verb}SecretVersion`, { name: version(1) })).toBe(
        "FAILED_PRECONDITION: SecretVersion.state is already DESTROYED",
      );
    }
  });

  test("is found by an alias, in get and access only", async () => {
    await create();
    await add("one");
    const versionAliases = { current: "1" };
    await ask("UpdateSecret", {
      secret: { name: SECRET, versionAliases },
      updateMask: "version_aliases",
    });
    const { payload } = await ask("AccessSecretVersion", { name: version("current") });
    expect(payload.data).toBe(base64("one"));
    expect(await refusalOf("DestroySecretVersion", { name: version("current") })).toMatch(
      /^INVALID_ARGUMENT: The provided Secret Version ID/,
    );
  });
});

describe("lists", () => {
  beforeEach(async () => {
    for (const [id, labels] of [
      ["a1", { team: "x" }],
      ["b1", { team: "y", on: "" }],
      ["b2", {}],
    ] as const) {
      const secret = { ...AUTOMATIC, labels };
      await ask("CreateSecret", { parent: PROJECT, secretId: id, secret });
    }
  });

  const ids = async (request: Json): Promise<string[]> => {
    const { secrets = [] } = await ask("ListSecrets", { parent: PROJECT, ...request });
    return secrets.map((secret: Json) => secret.name.split("/").at(-1));
  };

  test("lag behind what was made", async () => {
    expect(await ids({})).toEqual([]);
    await platform.clock.advance(100);
    expect(await ids({})).toEqual(["b2", "b1", "a1"]);
  });

  test("come in pages that neither repeat nor miss when something is made in between", async () => {
    await platform.clock.advance(100);
    const first = await ask("ListSecrets", { parent: PROJECT, pageSize: 2 });
    await ask("CreateSecret", { parent: PROJECT, secretId: "c1", secret: AUTOMATIC });
    await platform.clock.advance(100);
    expect(first.totalSize).toBe(3);
    const pageToken = first.nextPageToken;
    expect(await ids({ pageSize: 2, pageToken })).toEqual(["a1"]);
  });

  test.each([
    ["by label value", "labels.team=x", ["a1"]],
    ["by presence of a label", "labels.team:*", ["b1", "a1"]],
    ["by presence of an empty label", "labels.on:*", ["b1"]],
    ["by part of the name", "name:b", ["b2", "b1"]],
    ["by two terms", "name:b AND labels.team:*", ["b1"]],
    ["side by side means and", "name:b labels.team:*", ["b1"]],
    ["by either", "labels.team=x OR labels.team=y", ["b1", "a1"]],
    ["by not", "NOT labels.team:*", ["b2"]],
    ["or binds more tightly than and", "name:b AND labels.team=x OR labels.team=y", ["b1"]],
    ["with parentheses", "(name:b AND labels.team=x) OR labels.team=y", ["b1"]],
    ["with quotes", 'labels.team="y"', ["b1"]],
    ["by creation time", 'create_time>"2026-01-01T00:00:00Z"', ["b2", "b1", "a1"]],
  ])("are filtered %s", async (_sentence, filter, expected) => {
    await platform.clock.advance(100);
    expect(await ids({ filter })).toEqual(expected);
  });

  test("of versions are filtered by state", async () => {
    const parent = `${PROJECT}/secrets/a1`;
    const payload = { data: base64("x") };
    await ask("AddSecretVersion", { parent, payload });
    await ask("AddSecretVersion", { parent, payload });
    await ask("DisableSecretVersion", { name: `${parent}/versions/1` });
    await platform.clock.advance(100);
    const { versions } = await ask("ListSecretVersions", { parent, filter: "state:ENABLED" });
    expect(versions.map(({ name }: Json) => name)).toEqual([`${NUMBERED}/secrets/a1/versions/2`]);
  });
});

const labels = (count: number): Json =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));

describe("refuses", () => {
  const NEW = { parent: PROJECT, secretId: "new", secret: AUTOMATIC };
  const withSecret = (secret: Json): Json => ({ ...NEW, secret: { ...AUTOMATIC, ...secret } });
  const payload = (bytes: number): Json => ({ data: Buffer.alloc(bytes, 1).toString("base64") });

  test.each<[string, string, Json, string]>([
    [
      "an id that is there",
      "CreateSecret",
      { ...NEW, secretId: "al--x" },
      `ALREADY_EXISTS: Secret [${NUMBERED}/secrets/al--x] already exists.`,
    ],
    [
      "no id",
      "CreateSecret",
      { ...NEW, secretId: "" },
      "INVALID_ARGUMENT: Secret ID must be provided.",
    ],
    [
      "an id with a slash",
      "CreateSecret",
      { ...NEW, secretId: "a/b" },
      "INVALID_ARGUMENT: Secret ID",
    ],
    [
      "an id of 256 characters",
      "CreateSecret",
      { ...NEW, secretId: "a".repeat(256) },
      "INVALID_ARGUMENT: Secret ID",
    ],
    [
      "no replication",
      "CreateSecret",
      { ...NEW, secret: {} },
      "INVALID_ARGUMENT: Secret.replication must be provided.",
    ],
    [
      "aliases of a new secret",
      "CreateSecret",
      withSecret({ versionAliases: { a: "1" } }),
      "INVALID_ARGUMENT: Aliases cannot be assigned",
    ],
    [
      "an upper-case label key",
      "CreateSecret",
      withSecret({ labels: { Abc: "x" } }),
      'INVALID_ARGUMENT: Invalid field "labels"; key "Abc"',
    ],
    [
      "a label value with a dot",
      "CreateSecret",
      withSecret({ labels: { a: "x.y" } }),
      'INVALID_ARGUMENT: Invalid field "labels"; value of key "a"',
    ],
    [
      "65 labels",
      "CreateSecret",
      withSecret({ labels: labels(65) }),
      'INVALID_ARGUMENT: Invalid field "labels"; at most 64 entries allowed but found 65',
    ],
    [
      "an annotation key that ends in a dot",
      "CreateSecret",
      withSecret({ annotations: { "a.": "x" } }),
      'INVALID_ARGUMENT: Invalid field "annotations"',
    ],
    [
      "annotations over 16 KiB",
      "CreateSecret",
      withSecret({ annotations: { a: "x".repeat(16_384) } }),
      "INVALID_ARGUMENT: Annotation map must not exceed 16kib.",
    ],
    [
      "a life under a minute",
      "CreateSecret",
      withSecret({ ttl: "59s" }),
      "INVALID_ARGUMENT: Expiration time must be at least [1m]",
    ],
    [
      "a life over a century",
      "CreateSecret",
      withSecret({ ttl: "3153600001s" }),
      "INVALID_ARGUMENT: Expiration time cannot be more than [876000h]",
    ],
    [
      "what is not modelled",
      "CreateSecret",
      withSecret({ topics: [{ name: "t" }] }),
      "UNIMPLEMENTED: The emulator does not model Secret.topics.",
    ],
    [
      "a project that is not there",
      "CreateSecret",
      { ...NEW, parent: "projects/other" },
      "PERMISSION_DENIED: Permission denied on resource project other",
    ],
    [
      "a name without versions",
      "AccessSecretVersion",
      { name: SECRET },
      `INVALID_ARGUMENT: Resource ID [${SECRET}] is not in a valid format.`,
    ],
    [
      "a regional name",
      "GetSecret",
      { name: `${PROJECT}/locations/us-central1/secrets/x` },
      "NOT_FOUND: Regional secrets",
    ],
    [
      "a secret that is missing",
      "GetSecret",
      { name: `${PROJECT}/secrets/no` },
      `NOT_FOUND: Secret [${NUMBERED}/secrets/no] not found.`,
    ],
    [
      "a version that is missing",
      "AccessSecretVersion",
      { name: version(9) },
      `NOT_FOUND: Secret Version [${NUMBERED}/secrets/al--x/versions/9] not found.`,
    ],
    [
      "an alias that is missing",
      "AccessSecretVersion",
      { name: version("old") },
      `NOT_FOUND: Secret [${NUMBERED}/secrets/al--x] has no alias [old]`,
    ],
    [
      "latest of a missing secret",
      "AccessSecretVersion",
      { name: `${PROJECT}/secrets/no/versions/latest` },
      `NOT_FOUND: Secret [${NUMBERED}/secrets/no] not found or has no versions.`,
    ],
    [
      "no payload",
      "AddSecretVersion",
      { parent: SECRET },
      "INVALID_ARGUMENT: Field [payload] is required.",
    ],
    [
      "an empty payload",
      "AddSecretVersion",
      { parent: SECRET, payload: {} },
      "INVALID_ARGUMENT: SecretPayload.data must not be empty.",
    ],
    [
      "65,537 bytes",
      "AddSecretVersion",
      { parent: SECRET, payload: payload(65_537) },
      "INVALID_ARGUMENT: SecretPayload.data must not exceed 65536 bytes.",
    ],
    [
      "a wrong checksum",
      "AddSecretVersion",
      { parent: SECRET, payload: { data: base64("a"), dataCrc32c: "1" } },
      "INVALID_ARGUMENT: Provided SecretPayload.data crc32c",
    ],
    [
      "an update without a mask",
      "UpdateSecret",
      { secret: { name: SECRET } },
      "INVALID_ARGUMENT: Field [update_mask] is required.",
    ],
    [
      "a mask of everything",
      "UpdateSecret",
      { secret: { name: SECRET }, updateMask: "*" },
      "INVALID_ARGUMENT: Request contains an invalid argument.",
    ],
    [
      "a mask of one label",
      "UpdateSecret",
      { secret: { name: SECRET }, updateMask: "labels.a" },
      "INVALID_ARGUMENT: Request contains an invalid argument.",
    ],
    [
      "a change of replication",
      "UpdateSecret",
      { secret: { name: SECRET }, updateMask: "replication" },
      "INVALID_ARGUMENT: Request contains an invalid argument.",
    ],
    [
      "a stale etag, before the mask",
      "UpdateSecret",
      { secret: { name: SECRET, etag: '"1"' } },
      "FAILED_PRECONDITION: The etag provided",
    ],
    [
      "a stale etag of a deletion",
      "DeleteSecret",
      { name: SECRET, etag: '"1"' },
      "FAILED_PRECONDITION: The etag provided",
    ],
    [
      "a stale etag of a version",
      "DisableSecretVersion",
      { name: version(1), etag: '"1"' },
      "FAILED_PRECONDITION: The etag provided",
    ],
    [
      "an alias of no version",
      "UpdateSecret",
      { secret: { name: SECRET, versionAliases: { a: "9" } }, updateMask: "versionAliases" },
      "INVALID_ARGUMENT: Aliases cannot be assigned",
    ],
    [
      "`latest` as an alias",
      "UpdateSecret",
      { secret: { name: SECRET, versionAliases: { latest: "1" } }, updateMask: "versionAliases" },
      'INVALID_ARGUMENT: Invalid field "version_aliases"',
    ],
    [
      "to destroy `latest`",
      "DestroySecretVersion",
      { name: version("latest") },
      "INVALID_ARGUMENT: The provided Secret Version ID",
    ],
    [
      "a filter on an unknown field",
      "ListSecrets",
      { parent: PROJECT, filter: "color=red" },
      "INVALID_ARGUMENT: The filter is not valid",
    ],
    [
      "a filter with a regular expression",
      "ListSecrets",
      { parent: PROJECT, filter: "name~x" },
      "INVALID_ARGUMENT: The filter is not valid",
    ],
    [
      "an unclosed parenthesis",
      "ListSecrets",
      { parent: PROJECT, filter: "(name:x" },
      "INVALID_ARGUMENT: The filter is not valid",
    ],
    [
      "a negative page size",
      "ListSecrets",
      { parent: PROJECT, pageSize: -1 },
      "INVALID_ARGUMENT: page_size must not be negative.",
    ],
    [
      "a made-up page token",
      "ListSecrets",
      { parent: PROJECT, pageToken: "x" },
      "INVALID_ARGUMENT: The provided page_token is not valid.",
    ],
  ])("%s", async (_sentence, method, request, expected) => {
    await create();
    await add("one");
    const before = store.describe();
    expect((await refusalOf(method, request)).slice(0, expected.length)).toBe(expected);
    expect(store.describe()).toEqual(before);
  });
});

describe("limits hold exactly", () => {
  test.each<[string, string, Json]>([
    ["64 labels", "CreateSecret", { secret: { ...AUTOMATIC, labels: labels(64) } }],
    ["an id of 255 characters", "CreateSecret", { secretId: "a".repeat(255), secret: AUTOMATIC }],
  ])("%s pass", async (_sentence, method, request) => {
    const whole = { parent: PROJECT, secretId: "new", ...request };
    expect(await refusalOf(method, whole)).toBe("OK");
  });

  test("65,536 bytes pass", async () => {
    await create();
    const payload = { data: Buffer.alloc(65_536, 7).toString("base64") };
    expect(await refusalOf("AddSecretVersion", { parent: SECRET, payload })).toBe("OK");
  });
});

test("no payload shows in anything that can be printed", async () => {
  await create();
  await add("hunter2-hunter2");
  const found = store.find(`${NUMBERED}/secrets/al--x`, platform.clock.now());
  const printed = [
    JSON.stringify(store.describe()),
    inspect(store, { depth: 9, showHidden: true }),
    inspect(found, { depth: 9, showHidden: true }),
    String(store),
    JSON.stringify(store),
    await refusalOf("AddSecretVersion", {
      parent: SECRET,
      payload: { data: base64("hunter2-hunter2"), dataCrc32c: "1" },
    }),
  ].join("\n");
  for (const form of ["hunter2", base64("hunter2-hunter2"), "68 75 6e 74"]) {
    expect(printed).not.toContain(form);
  }
});

test("whatever is stored comes back byte for byte with its own checksum", async () => {
  await create();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
      const buffer = Buffer.from(bytes);
      const data = buffer.toString("base64");
      const { name } = await ask("AddSecretVersion", { parent: SECRET, payload: { data } });
      const { payload } = await ask("AccessSecretVersion", { name });
      expect(payload).toEqual({ data, dataCrc32c: String(crc32c(buffer)) });
    }),
    { numRuns: 50 },
  );
});

test("whatever stands in a filter is either understood or refused", () => {
  const words = fc.constantFrom(
    "AND",
    "OR",
    "NOT",
    "-",
    "(",
    ")",
    "name:a",
    "labels.a=b",
    "state:",
    '"',
    " ",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((list) => list.join(" ")),
      ),
      (filter) => {
        try {
          expect(typeof parseListFilter(filter)({ name: "a" })).toBe("boolean");
        } catch (error) {
          expect(error).toBeInstanceOf(GoogleError);
        }
      },
    ),
  );
});
