import { afterEach, describe, expect, test, vi } from "vitest";
import { createCaller } from "../../src/gcp/call.ts";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { Rest, type RestRequest } from "../../src/gcp/rest.ts";
import { signedIn } from "./answering-fetch.ts";
import { everyTextOf, FakeClock, outcomeOf } from "./fake-google.ts";
import { localServer } from "./local-server.ts";

const REQUEST: RestRequest = {
  goal: "read the thing",
  subject: "projects/demo-project/things/it",
  host: "things.googleapis.com",
  path: "/v1/projects/demo-project/things/it",
};

/** By the network, as al does it; with the emulator at that URL, when there is one. */
function restAt(emulatorUrl: string | undefined, deadlineMs = 30_000): Rest {
  const signed = signedIn(emulatorUrl);
  const clock = new FakeClock();
  const call = createCaller(signed, clock, () => undefined);
  return new Rest(signed, {
    clock,
    call: (plan, attempt) => call(plan, (options) => attempt({ ...options, timeout: deadlineMs })),
  });
}

const proxied = (url: string): void => {
  for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
    vi.stubEnv(name, url);
  for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, undefined);
};
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a REST call over the network", () => {
  test("sends what it is given, and reads answer and time", async () => {
    const { url } = await localServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.setHeader("date", "Thu, 01 Jan 1970 00:01:00 GMT");
      response.setHeader("content-type", "application/json");
      const { method, url: path, headers } = request;
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      response.end(JSON.stringify({ method, path, type: headers["content-type"], body }));
    });
    const rest = restAt(url);
    expect(await rest.send({ ...REQUEST, body: { permissions: ["a.b.c"] } })).toEqual({
      ...{ method: "POST", path: REQUEST.path, type: "application/json" },
      body: { permissions: ["a.b.c"] },
    });
    expect(rest.skewMs).toBe(-60_000);
  });

  test("reads a refusal", async () => {
    const { url } = await localServer((_request, response) => {
      response.statusCode = 403;
      const error = { code: 403, status: "PERMISSION_DENIED", message: "Google's text" };
      response.end(JSON.stringify({ error }));
    });
    expect(await outcomeOf(restAt(url).send(REQUEST))).toMatchObject({
      threw: { code: CODE.permissionDenied, why: "Google's text" },
    });
  });

  test("never follows a redirect, since a token travels", async () => {
    const paths: unknown[] = [];
    const { url } = await localServer((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    expect(await outcomeOf(restAt(url).send(REQUEST))).toMatchObject({
      threw: { code: CODE.unavailable },
    });
    expect(paths).toEqual(Array(5).fill(REQUEST.path));
  });

  test.each([
    ["at all", false],
    ["to its end", true],
  ])("ends when a server does not answer %s", async (_sentence, beginsToAnswer) => {
    const { url } = await localServer((_request, response) => {
      if (beginsToAnswer) response.write('{ "name"');
    });
    const outcome = await outcomeOf(restAt(url, 50).send(REQUEST));
    const codes: unknown[] = [CODE.deadlineExceeded, CODE.unavailable];
    expect(codes).toContain("threw" in outcome ? outcome.threw.code : undefined);
  });

  test("that fails shows nothing of its request", async () => {
    const error: unknown = await restAt("http://127.0.0.1:1")
      .send({ ...REQUEST, body: { payload: "obviously-fake-payload" } })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(everyTextOf(error)).not.toMatch(/fake-token|obviously-fake-payload/);
  });
});

describe("a proxy of the environment", () => {
  test("is used on the way to Google, as by the other clients", async () => {
    const { url, connects } = await localServer(() => undefined);
    proxied(url);
    expect(await outcomeOf(restAt(undefined).send(REQUEST))).toMatchObject({
      threw: { code: CODE.internal, why: "HTTP status 502 (after 5 tries)" },
    });
    expect(connects).toEqual(Array(5).fill("things.googleapis.com:443"));
  });

  test("is not used on the way to the emulator", async () => {
    const { url } = await localServer((_request, response) => response.end('{ "name": "it" }'));
    proxied("http://127.0.0.1:1");
    expect(await restAt(url).send(REQUEST)).toEqual({ name: "it" });
  });
});
