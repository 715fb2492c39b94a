import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { connectEmulator, requireDemoProject } from "../../src/gcp/emulator.ts";
import { outcomeOf } from "./fake-google.ts";

const CA = "-----BEGIN CERTIFICATE-----\nb2J2aW91c2x5IGZha2U=\n-----END CERTIFICATE-----\n";
const INFO = { version: "0.1.0", grpc: { host: "localhost", port: 9471 }, ca: CA };

const servers: Server[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(servers.splice(0).map((server) => close(server)));
});

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** A server on this machine; `asked` grows with each request that it gets. */
async function serve(answer: RequestListener): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const answers =
  (body: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(body);

const json = (value: unknown): RequestListener => answers(JSON.stringify(value));

/** An origin at which nothing answers: what listened there is gone. */
async function nobody(): Promise<string> {
  const { origin } = await serve(json({}));
  await Promise.all(servers.splice(0).map((server) => close(server)));
  return origin;
}

const unusable = (origin: string, why: string) => ({
  threw: {
    name: "UnavailableError",
    exit: 69,
    what: `The emulator at ${origin} cannot be used`,
    why,
    remedy:
      "Start it with npm run emulator and set AL_GCP_EMULATOR to the URL that it prints, or unset AL_GCP_EMULATOR.",
  },
});

describe("the emulator's URL", () => {
  test.each([
    ["is nothing", ""],
    ["is no URL", "127.0.0.1:9470"],
    ["is another machine", "http://emulator.example:9470"],
    ["is another machine by address", "http://192.168.1.7:9470"],
    ["is a cloud's metadata server", "http://169.254.169.254/"],
    ["is every address of this machine", "http://0.0.0.0:9470"],
    ["is every address of this machine, in IPv6", "http://[::]:9470"],
    ["is IPv4 inside IPv6", "http://[::ffff:192.168.1.7]:9470"],
    ["begins like this machine", "http://127.0.0.1.nip.io:9470"],
    ["begins like localhost", "http://localhost.evil.example:9470"],
    ["ends like localhost", "http://evil-localhost:9470"],
    ["is below localhost", "http://evil.localhost:9470"],
    ["has this machine as its user", "http://127.0.0.1@evil.example:9470"],
    ["has this machine and a port as its user", "http://127.0.0.1:9470@evil.example"],
    ["has this machine behind a backslash", "http://evil.example\\@127.0.0.1:9470"],
    ["has this machine as its path", "http://evil.example/127.0.0.1"],
    ["has this machine as its query", "http://evil.example?http://127.0.0.1"],
    ["has this machine as its fragment", "http://evil.example#@127.0.0.1"],
    ["is encrypted", "https://127.0.0.1:9470"],
    ["is a socket", "ws://127.0.0.1:9470"],
    ["is a file", "file://localhost/etc/passwd"],
    ["is text", "data:application/json,{}"],
  ])("is refused where it %s, and nobody is asked", async (_sentence, url) => {
    const fetching = vi.spyOn(globalThis, "fetch");
    expect(await outcomeOf(connectEmulator(url))).toEqual({
      threw: {
        name: "DataError",
        exit: 65,
        what: `AL_GCP_EMULATOR is ${JSON.stringify(url)}`,
        why: "an emulator is reached over http on this machine only, because it is handed credentials",
        remedy:
          "Set it to the URL that npm run emulator prints, such as http://127.0.0.1:9470, or unset it.",
      },
    });
    expect(fetching).not.toHaveBeenCalled();
  });

  const PORT = "9470";
  test.each([
    ["by name", `http://localhost:${PORT}`, `http://localhost:${PORT}/emulator/info`],
    ["by IPv4 address", `http://127.0.0.1:${PORT}`, `http://127.0.0.1:${PORT}/emulator/info`],
    ["by IPv6 address", `http://[::1]:${PORT}`, `http://[::1]:${PORT}/emulator/info`],
    ["in capitals", `HTTP://LOCALHOST:${PORT}`, `http://localhost:${PORT}/emulator/info`],
    ["with a slash", `http://127.0.0.1:${PORT}/`, `http://127.0.0.1:${PORT}/emulator/info`],
    ["with a path", `http://127.0.0.1:${PORT}/a/b?c#d`, `http://127.0.0.1:${PORT}/emulator/info`],
    ["in another notation", `http://2130706433:${PORT}`, `http://127.0.0.1:${PORT}/emulator/info`],
  ])("may name this machine %s", async (_sentence, url, asked) => {
    const fetching = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json(INFO));
    expect(await connectEmulator(url)).toEqual({
      url: new URL(asked).origin,
      host: "localhost",
      port: 9471,
      ca: CA,
    });
    expect(fetching.mock.calls.map(([target]) => String(target))).toEqual([asked]);
  });
});

describe("what answers", () => {
  test("as the emulator does is taken, and asked once", async () => {
    const { origin, asked } = await serve(json(INFO));
    expect(await connectEmulator(`${origin}/`)).toEqual({
      url: origin,
      host: "localhost",
      port: 9471,
      ca: CA,
    });
    expect(asked).toEqual(["GET /emulator/info"]);
  });

  test("nothing is nothing", async () => {
    const origin = await nobody();
    const outcome = await outcomeOf(connectEmulator(origin));
    expect(outcome).toEqual(unusable(origin, "nothing answers there"));
  });

  test("by hanging up is nothing", async () => {
    const { origin } = await serve((request) => request.socket.destroy());
    const outcome = await outcomeOf(connectEmulator(origin));
    expect(outcome).toEqual(unusable(origin, "nothing answers there"));
  });

  test.each<[string, RequestListener]>([
    ["a web page", answers("<!doctype html><title>Welcome</title>")],
    ["nothing at all", answers("")],
    ["an answer that breaks off", answers('{"grpc":')],
    ["another server's refusal", answers('{"error":"not found"}', 404)],
    ["the right words as a failure", answers(JSON.stringify(INFO), 500)],
    ["null", json(null)],
    ["a text", json("emulator")],
    ["a list", json([INFO])],
    ["an empty object", json({})],
    ["no address", json({ ca: CA })],
    ["null as the address", json({ ...INFO, grpc: null })],
    ["an address as text", json({ ...INFO, grpc: "localhost:9471" })],
    ["no host", json({ ...INFO, grpc: { port: 9471 } })],
    ["no port", json({ ...INFO, grpc: { host: "localhost" } })],
    ["a port as text", json({ ...INFO, grpc: { host: "localhost", port: "9471" } })],
    ["no certificate", json({ grpc: INFO.grpc })],
    ["a certificate of another kind", json({ ...INFO, ca: { pem: CA } })],
    // Everything is sent to that host, credentials too: it must be as near as the URL.
    ["another machine", json({ ...INFO, grpc: { host: "evil.example", port: 9471 } })],
    [
      "a machine like this one",
      json({ ...INFO, grpc: { host: "localhost.evil.example", port: 1 } }),
    ],
    ["another machine by address", json({ ...INFO, grpc: { host: "192.168.1.7", port: 9471 } })],
    [
      "a machine that ends like this one",
      json({ ...INFO, grpc: { host: "evil-localhost", port: 1 } }),
    ],
    ["another scheme of addresses", json({ ...INFO, grpc: { host: "dns:evil.example", port: 1 } })],
  ])("with %s is not the emulator", async (_sentence, listener) => {
    const { origin } = await serve(listener);
    const outcome = await outcomeOf(connectEmulator(origin));
    expect(outcome).toEqual(unusable(origin, "what answers there is not the emulator"));
  });

  test.each(["localhost", "127.0.0.1", "::1"])("may serve gRPC at %s", async (host) => {
    const { origin } = await serve(json({ ...INFO, grpc: { host, port: 9471 } }));
    expect(await connectEmulator(origin)).toEqual({ url: origin, host, port: 9471, ca: CA });
  });

  test("by sending elsewhere is not followed", async () => {
    const elsewhere = await serve(json(INFO));
    const { origin } = await serve((_request, response) =>
      response.writeHead(302, { location: `${elsewhere.origin}/emulator/info` }).end(),
    );
    const outcome = await outcomeOf(connectEmulator(origin));
    expect(elsewhere.asked).toEqual([]);
    expect(outcome).toEqual(unusable(origin, expect.any(String)));
  });
});

describe("a project beside an emulator", () => {
  test.each([
    ["a demonstration", "demo-project"],
    ["a demonstration of anything", "demo-x"],
  ])("%s takes part", (_sentence, project) =>
    expect(requireDemoProject(project, "[cloud] project")).toBeUndefined(),
  );

  test.each([
    ["a real one", "acme-prod"],
    ["one that only mentions a demonstration", "acme-demo-project"],
    ["one that begins almost so", "demonstration"],
    ["in capitals", "DEMO-project"],
    ["after a space", " demo-project"],
    ["the empty one", ""],
  ])("%s does not", async (_sentence, project) =>
    expect(await outcomeOf((async () => requireDemoProject(project, "[cloud] project"))())).toEqual(
      {
        threw: {
          name: "ConfigError",
          exit: 78,
          what: `[cloud] project names the project "${project}" while AL_GCP_EMULATOR is set`,
          why: "the emulator is only for projects whose id begins with demo-, so that no real credential reaches it",
          remedy:
            "Unset AL_GCP_EMULATOR to use Google Cloud, or use the key file that the emulator made.",
        },
      },
    ),
  );
});
