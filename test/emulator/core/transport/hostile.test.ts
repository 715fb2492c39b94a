import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { grpc } from "google-gax";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { rest } from "../../testing/rest.ts";
import { readTestKey, signedJwt, type TestKey } from "../../testing/signed-jwt.ts";
import { loadApiMethods } from "../wire/api-definitions.ts";

const said: string[] = [];
let emulator: Emulator;
let port: number;
let ca: string;
let key: TestKey;

beforeAll(async () => {
  emulator = await startEmulator({
    ...{ executor: "simulate", relaxed: true, log: (line: string) => said.push(line) },
  });
  port = Number(new URL(emulator.url).port);
  ca = (await rest(`${emulator.url}/emulator/info`)).body.ca;
  key = await readTestKey(emulator.keyFile);
});
afterAll(() => emulator.close());
afterEach(async () => {
  expect((await rest(`${emulator.url}/emulator/health`)).status).toBe(200);
  expect(said.splice(0).filter((line) => line.startsWith("internal error"))).toEqual([]);
});

const WRITE = "/v2/entries:write";
const deep = (depth: number, open: string, close: string): string =>
  `${open.repeat(depth)}${close.repeat(depth)}`;
const entry = (payload: string): string =>
  `{"entries":[{"logName":"projects/demo-project/logs/x","resource":{"type":"global"},"jsonPayload":{"a":${payload}}}]}`;

describe("a body over REST", () => {
  test.each<[string, string, string]>([
    ["that is no JSON", '{"entries": [', "Unexpected token."],
    ["of another type", '"text"', "Invalid value at ''"],
    ["that is a list", "[]", "Invalid value at ''"],
    ["nested 46 deep", entry(deep(42, "[", "]")), "Nesting is too deep."],
    ["nested 100,000 deep", entry(deep(100_000, "[", "]")), "Nesting is too deep."],
    ["of 100,000 nested objects", deep(100_000, '{"entries":', ""), "Unexpected token."],
    ["with lone surrogates in names", '{"\\ud800": 1}', "Unknown name"],
    ["with names that objects have", '{"__proto__": {"a": 1}, "constructor": 1}', "Unknown name"],
  ])("%s is INVALID_ARGUMENT", async (_what, body, message) => {
    const answer = await rest(`${emulator.url}${WRITE}`, { body });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { status: "INVALID_ARGUMENT", message: expect.stringContaining(message) } },
    });
  });

  test("nested 45 deep is fine, there and back", async () => {
    const body = entry(deep(41, "[", "]"));
    expect((await rest(`${emulator.url}${WRITE}`, { body })).status).toBe(200);
    const list = { resourceNames: ["projects/demo-project"] };
    const { body: listed } = await rest(`${emulator.url}/v2/entries:list`, { body: list });
    expect(JSON.stringify(listed.entries[0].jsonPayload)).toBe(`{"a":${deep(41, "[", "]")}}`);
  });

  test("that is larger than any request may be is refused before its end", async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const reply = text(socket);
    // The refusal comes while the body still goes out; what cannot be sent any more is not missed.
    socket.on("error", () => undefined);
    const size = 17 * 1024 * 1024;
    socket.write(
      `POST ${WRITE} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: ${size}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(size, 0x20));
    expect(await reply.catch(() => "")).toMatch(/^(HTTP\/1\.1 413|$)/);
    socket.destroy();
  });

  test("that the client half-closes before its end is dropped", async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.end(`POST ${WRITE} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 9\r\n\r\n{`);
    expect(await text(socket)).toMatch(/^(HTTP\/1\.1 400|$)/);
  });
});

/** Sends raw bytes as a request and answers the first line of the reply. */
async function raw(bytes: string): Promise<string | undefined> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(bytes);
  return (await text(socket)).split("\r\n")[0];
}

describe("a request line", () => {
  test.each([
    ["/v1/projects/demo-project/../../emulator/state", "404 Not Found"],
    ["//emulator/state", "404 Not Found"],
    ["/emulator/%2e%2e/v9", "404 Not Found"],
    ["/v1/projects/demo-project/secrets/a%2Fb", "400 Bad Request"],
    ["/v1/projects/demo-project/secrets/%00", "400 Bad Request"],
    ["/v1/projects/demo-project/secrets/%", "404 Not Found"],
    ["/v1/projects/demo-project/secrets/%ff%fe", "404 Not Found"],
    ["/v1/projects/demo-project/secrets/..%2f..%2fx", "400 Bad Request"],
    ["http://evil.example/v1/projects/demo-project/secrets", "200 OK"],
    ["http://[", "400 Bad Request"],
    [`/${"a".repeat(20_000)}`, "431 Request Header Fields Too Large"],
  ])("GET %s is %s", async (target, expected) => {
    const head = `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
    const reply = await raw(`${head}authorization: Bearer owner\r\nconnection: close\r\n\r\n`);
    expect(reply).toBe(`HTTP/1.1 ${expected}`);
  });

  test.each([
    ["two lengths", "content-length: 1\r\ncontent-length: 2\r\n"],
    ["a length and chunks", "content-length: 1\r\ntransfer-encoding: chunked\r\n"],
    ["a length that is none", "content-length: -1\r\n"],
  ])("with %s is refused", async (_what, headers) => {
    const head = `POST ${WRITE} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
    expect(await raw(`${head}${headers}\r\n{`)).toBe("HTTP/1.1 400 Bad Request");
  });
});

const LETTERS = "abcz09-_~.%/:*".split("");
const segment = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 12 });
const bindings = loadApiMethods().flatMap((method) => method.bindings);

test("no path, query or body makes any method fail with an internal error", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...bindings),
      fc.infiniteStream(fc.oneof(segment, fc.constant("demo-project"), fc.constant("us-central1"))),
      fc.oneof(fc.jsonValue(), fc.constant(undefined)),
      fc.string(),
      async ({ verb, template }, words, body, query) => {
        const path = template
          .replace(/\{[^=}]+(?:=([^}]+))?\}/g, (_, pattern = "*") => pattern)
          .replace(/\*\*?/g, () => encodeURI(words.next().value));
        const url = `${emulator.url}${path.replace(/[?#]/g, "")}?pageToken=${encodeURIComponent(query)}`;
        const sendable = verb === "GET" ? undefined : body;
        expect((await rest(url, { method: verb, body: sendable })).status).not.toBe(500);
      },
    ),
    { numRuns: 400 },
  );
});

/** One unary gRPC call with these bytes as its message. */
const call = (path: string, bytes: Buffer): Promise<number> =>
  new Promise((resolve) => {
    const credentials = grpc.credentials.createSsl(Buffer.from(ca));
    const client = new grpc.Client(`localhost:${port}`, credentials);
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${signedJwt(key)}`);
    const asIs = (message: Buffer): Buffer => message;
    client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, (error) => {
      client.close();
      resolve(error?.code ?? 0);
    });
  });

const SECRETS = "/google.cloud.secretmanager.v1.SecretManagerService";
const LOGGING = "/google.logging.v2.LoggingServiceV2";

/** A LogEntry whose jsonPayload is a list in a list in a list. */
function nested(depth: number): Buffer {
  const field = (tag: number, inner: Buffer): Buffer => {
    const size: number[] = [];
    for (let left = inner.length; ; left >>>= 7) {
      size.push(left > 127 ? (left & 127) | 128 : left);
      if (left <= 127) break;
    }
    return Buffer.concat([Buffer.from([(tag << 3) | 2, ...size]), inner]);
  };
  let value: Buffer = Buffer.alloc(0);
  // Value.list_value = 6, ListValue.values = 1
  for (let level = 0; level < depth; level++) value = field(1, field(6, value));
  const struct = field(1, Buffer.concat([field(1, Buffer.from("a")), field(2, field(6, value))]));
  return field(4, field(6, struct));
}

describe("a message over gRPC", () => {
  test.each<[string, string, Buffer, number]>([
    ["broken", `${SECRETS}/GetSecret`, Buffer.from([0x0a, 0x7f, 1]), 3],
    ["of random bytes", `${SECRETS}/GetSecret`, Buffer.alloc(1000, 0xff), 3],
    ["with text that is no UTF-8", `${SECRETS}/GetSecret`, Buffer.from([0x0a, 2, 0xff, 0xfe]), 3],
    ["nested 200 deep", `${LOGGING}/WriteLogEntries`, nested(100), 3],
    ["nested 3,000 deep", `${LOGGING}/WriteLogEntries`, nested(1500), 3],
    ["for a method that is not there", `${SECRETS}/Nonsense`, Buffer.alloc(0), 12],
    ["for an API that is not there", "/google.nothing.v1.Nothing/Get", Buffer.alloc(0), 12],
    ["larger than allowed", `${SECRETS}/GetSecret`, Buffer.alloc(17 * 1024 * 1024), 8],
  ])("that is %s is refused", async (_what, path, bytes, code) => {
    expect(await call(path, bytes)).toBe(code);
  });
});
