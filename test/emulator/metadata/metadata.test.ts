import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AccessTokens } from "../core/auth/access-tokens.ts";
import { systemClock } from "../core/clock.ts";
import type { Json } from "../core/handler.ts";
import { type Emulator, startEmulator } from "../start.ts";
import { rest } from "../testing/rest.ts";
import { LoopbackMetadata } from "./metadata-servers.ts";

const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const FLAVOR = { "metadata-flavor": "Google" };
const IDENTITY = {
  project: { id: "demo-project", number: "123456789012" },
  region: "us-central1",
  serviceAccount: RUNNER,
  instanceId: "0123456789abcdef",
};

describe("a metadata server", () => {
  const accessTokens = new AccessTokens();
  const servers = new LoopbackMetadata({ accessTokens, clock: systemClock });
  let server: { host: string; close(): void };
  beforeEach(async () => {
    server = await servers.open(IDENTITY);
  });
  afterEach(() => servers.closeAll());

  const ask = async (path: string, headers: Record<string, string> = FLAVOR) => {
    const response = await fetch(`http://${server.host}${path}`, { headers });
    expect(response.headers.get("metadata-flavor")).toBe("Google");
    return { status: response.status, text: await response.text() };
  };
  const ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default";

  test.each([
    ["/computeMetadata/v1/project/project-id", "demo-project"],
    ["/computeMetadata/v1/project/numeric-project-id", "123456789012"],
    ["/computeMetadata/v1/instance/region", "projects/123456789012/regions/us-central1"],
    ["/computeMetadata/v1/instance/zone", "projects/123456789012/zones/us-central1-1"],
    ["/computeMetadata/v1/instance/id", "0123456789abcdef"],
    ["/computeMetadata/v1/universe/universe-domain", "googleapis.com"],
    [`${ACCOUNT}/email`, RUNNER],
    [`${ACCOUNT}/scopes`, "https://www.googleapis.com/auth/cloud-platform"],
    [`/computeMetadata/v1/instance/service-accounts/${RUNNER}/email`, RUNNER],
    ["/computeMetadata/v1/", "instance/\nproject/\nuniverse/\n"],
    ["/computeMetadata/v1/project/project-id?alt=json", '"demo-project"'],
    [
      "/computeMetadata/v1/project/?recursive=true",
      '{"projectId":"demo-project","numericProjectId":"123456789012"}',
    ],
  ])("answers %s with %j", async (path, text) => {
    expect(await ask(path)).toEqual({ status: 200, text });
  });

  test.each([
    ["no header", "/computeMetadata/v1/project/project-id", {}, 403],
    ["another flavour", "/computeMetadata/v1/", { "metadata-flavor": "Vanilla" }, 403],
    ["a proxy", `${ACCOUNT}/token`, { ...FLAVOR, "x-forwarded-for": "10.0.0.1" }, 403],
    ["a web page", `${ACCOUNT}/token`, { ...FLAVOR, origin: "http://example.com" }, 403],
    ["what is not there", "/computeMetadata/v1/project/attributes", FLAVOR, 404],
    ["what every object has", "/computeMetadata/v1/constructor", FLAVOR, 404],
    ["an identity token", `${ACCOUNT}/identity?audience=x`, FLAVOR, 404],
    ["something below a value", "/computeMetadata/v1/project/project-id/x", FLAVOR, 404],
    ["an old version", "/0.1/meta-data/", FLAVOR, 404],
  ])("refuses %s", async (_what, path, headers, status) => {
    expect((await ask(path, headers)).status).toBe(status);
  });

  test("gives tokens of the account, with the scopes asked for, until the container ends", async () => {
    const { text } = await ask(`${ACCOUNT}/token?scopes=a,b`);
    const token = JSON.parse(text);
    expect(token).toEqual({
      access_token: expect.stringMatching(/^ya29\./),
      expires_in: 3599,
      token_type: "Bearer",
    });
    expect(accessTokens.find(token.access_token)).toMatchObject({
      email: RUNNER,
      scopes: ["a", "b"],
    });
    server.close();
    expect(accessTokens.find(token.access_token)).toBeUndefined();
    await expect(fetch(`http://${server.host}/`)).rejects.toThrow();
  });

  test("does not answer writes", async () => {
    const response = await fetch(`http://${server.host}/`, { method: "POST", headers: FLAVOR });
    expect(response.status).toBe(405);
  });
});

describe("Google's auth library in a job", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ relaxed: true, log: () => undefined });
  });
  afterAll(() => emulator.close());

  const LOCATION = "projects/demo-project/locations/us-central1";
  const post = async (path: string, body: unknown): Promise<Json> => {
    const answer = await rest(`${emulator.url}${path}`, { body });
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  };
  const makeSecret = async (id: string): Promise<void> => {
    const replication = { automatic: {} };
    await post(`/v1/projects/demo-project/secrets?secretId=${id}`, { replication });
    const data = Buffer.from(`value of ${id}`).toString("base64");
    await post(`/v1/projects/demo-project/secrets/${id}:addVersion`, { payload: { data } });
  };

  const library = createRequire(import.meta.url).resolve("google-auth-library");
  const script = `
    const { GoogleAuth } = require(${JSON.stringify(library)});
    const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
    (async () => {
      const client = await auth.getClient();
      const { token } = await client.getAccessToken();
      const read = async (id) => {
        const path = "/v1/projects/demo-project/secrets/" + id + "/versions/1:access";
        const reply = await fetch(process.env.EMULATOR + path, { headers: { authorization: "Bearer " + token } });
        const { payload } = await reply.json();
        return [reply.status, payload && Buffer.from(payload.data, "base64").toString()];
      };
      const { client_email } = await auth.getCredentials();
      const said = [await auth.getProjectId(), client_email, await read("al--mine"), await read("other"), token];
      console.log(said.map((each) => JSON.stringify(each)).join(" "));
    })();`;

  // Commands see neither homes nor temporary directories, so a checkout there has no library to offer them.
  const hidden = [tmpdir(), "/tmp", "/var/tmp", "/root", "/home", homedir()];
  const isHidden = hidden.some((path) => import.meta.dirname.startsWith(`${path}/`));
  test.skipIf(isHidden)(
    "finds the project and the account, and reads exactly what the job's account may read (skipped where the checkout is hidden from commands)",
    async () => {
      await makeSecret("al--mine");
      await makeSecret("other");
      const env = [{ name: "EMULATOR", value: emulator.url }];
      const command = [process.execPath, "-e", script];
      const container = { image: "host.local/agent", command, env };
      const template = { serviceAccount: RUNNER, maxRetries: 0, containers: [container] };
      const job = `${LOCATION}/jobs/al-metadata`;
      const made = await post(`/v2/${LOCATION}/jobs?jobId=al-metadata`, { template: { template } });
      await post(`/v2/${made.name}:wait`, {});
      const run = await post(`/v2/${job}:run`, {});
      expect(await post(`/v2/${run.name}:wait`, {})).toMatchObject({ done: true });
      const { entries } = await post("/v2/entries:list", {
        resourceNames: ["projects/demo-project"],
        filter: 'logName:"stdout" OR logName:"stderr"',
      });
      const [line] = entries.map(({ textPayload }: Json) => textPayload);
      const token = /"(ya29\.[^"]+)"/.exec(line)?.[1] ?? "";
      expect(line.replace(token, "TOKEN")).toBe(
        `"demo-project" "${RUNNER}" [200,"value of al--mine"] [403,null] "TOKEN"`,
      );
      const late = `${emulator.url}/v1/projects/demo-project/secrets/al--mine/versions/1:access`;
      expect((await rest(late, { token })).status).toBe(401);
    },
  );
});
