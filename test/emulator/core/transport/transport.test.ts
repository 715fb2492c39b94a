import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { googleClients } from "../../testing/google-clients.ts";

let emulator: Emulator;
let port: number;

beforeAll(async () => {
  emulator = await startEmulator({ executor: "host", relaxed: true, log: () => undefined });
  port = Number(new URL(emulator.url).port);
});
afterAll(() => emulator.close());

const statusWith = (
  headers: Record<string, string>,
  { method = "GET", path = "/emulator/health" } = {},
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
    call.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on("error", reject);
    call.end();
  });

const isWell = async (): Promise<boolean> => {
  const google = await googleClients(emulator);
  try {
    await google.secrets.listSecrets({ parent: "projects/demo-project" });
    return true;
  } finally {
    await google.close();
  }
};

describe("a request", () => {
  test.each<[string, Record<string, string>, number]>([
    ["to the address itself enters", {}, 200],
    ["to localhost enters", { host: "localhost:PORT" }, 200],
    ["to a name that a page lets point here does not", { host: "evil.example:PORT" }, 403],
    ["to another port's name does not", { host: "127.0.0.1:1" }, 403],
    ["to a name without the port does not", { host: "localhost" }, 403],
    ["from a foreign page does not", { origin: "https://evil.example" }, 403],
    ["from an opaque origin does not", { origin: "null" }, 403],
    ["from a page of another port does not", { origin: "http://localhost:1" }, 403],
    ["from our own origin enters", { origin: "http://127.0.0.1:PORT" }, 200],
  ])("%s", async (_sentence, headers, status) => {
    const entries = Object.entries(headers);
    const real = entries.map(([name, value]) => [name, value.replace("PORT", String(port))]);
    expect(await statusWith(Object.fromEntries(real))).toBe(status);
  });

  test.each([
    ["a form", "application/x-www-form-urlencoded", 415],
    ["plain text", "text/plain", 415],
    ["nothing said", "", 415],
    ["JSON", "application/json", 200],
    ["JSON with a charset", "application/json; charset=utf-8", 200],
  ])("that controls by %s", async (_what, type, status) => {
    const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
    expect(await statusWith(headers, { method: "POST", path: "/emulator/reset" })).toBe(status);
  });

  test("to the APIs and to the token endpoint is judged alike", async () => {
    const headers = { origin: "https://evil.example", "content-type": "application/json" };
    for (const path of ["/token", "/v2/entries:list"])
      expect(await statusWith(headers, { method: "POST", path })).toBe(403);
  });
});

describe("a connection", () => {
  const connected = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  const closed = async (socket: Socket): Promise<void> => {
    socket.resume();
    if (!socket.destroyed) await once(socket, "close");
  };

  test.each<[string, Buffer]>([
    ["garbage", Buffer.from([0, 1, 2, 3, 255, 254, 10, 13, 10])],
    [
      "half a TLS greeting and then garbage",
      Buffer.from([0x16, 3, 1, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8]),
    ],
    ["HTTP that is none", Buffer.from("NONSENSE\r\n\r\n")],
  ])("with %s is dropped, and nothing else", async (_what, bytes) => {
    const socket = await connected();
    socket.write(bytes);
    await closed(socket);
    expect(await isWell()).toBe(true);
  });

  test.each<[string, Buffer | undefined]>([
    ["without a word", undefined],
    ["half-way through a TLS greeting", Buffer.from([0x16, 3, 1])],
    ["half-way through a request", Buffer.from("POST /v2/entries:list HTTP/1.1\r\nhost: 127")],
  ])("that the client ends %s leaves the rest alone", async (_what, bytes) => {
    const socket = await connected();
    if (bytes !== undefined) socket.write(bytes);
    socket.end();
    await closed(socket);
    expect(await isWell()).toBe(true);
  });

  test("that the client resets leaves the rest alone", async () => {
    const socket = await connected();
    socket.write("POST /v2/entries:list HTTP/1.1\r\ncontent-length: 100\r\n\r\nabc");
    socket.resetAndDestroy();
    expect(await isWell()).toBe(true);
  });

  test("that stays silent does not keep the emulator from closing", async () => {
    const other = await startEmulator({ executor: "host", relaxed: true, log: () => undefined });
    const socket = connect(Number(new URL(other.url).port), "127.0.0.1");
    await once(socket, "connect");
    const gone = closed(socket);
    await other.close();
    await gone;
    await expect(fetch(`${other.url}/emulator/health`)).rejects.toThrow();
  });
});
