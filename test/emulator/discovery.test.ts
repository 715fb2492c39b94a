import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "./core/handler.ts";
import { type Emulator, startEmulator } from "./start.ts";
import { discoveryMethods } from "./testing/discovery.ts";
import { violationsOf } from "./testing/discovery-schema.ts";
import { journal, rest } from "./testing/rest.ts";

const PROJECT = "projects/demo-project";
const LOCATION = `${PROJECT}/locations/us-central1`;
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const ACCOUNT = `${PROJECT}/serviceAccounts/${RUNNER}`;
const SECRET = `/v1/${PROJECT}/secrets/al--s`;
const JOBS = `/v2/${LOCATION}/jobs`;
const POLICY = { bindings: [{ role: "roles/viewer", members: [`serviceAccount:${RUNNER}`] }] };

const methods = discoveryMethods();
let emulator: Emulator;
/** What was found wrong, by method. */
const violations: Record<string, string[]> = {};

/** One call, whose answer must be as the discovery document says. */
async function walk(verb: string, path: string, body?: unknown): Promise<Json> {
  const answer = await rest(`${emulator.url}${path}`, { method: verb, body });
  expect(answer, `${verb} ${path}`).toMatchObject({ status: 200 });
  const method = methods.find((each) => each.matches(verb, path.split("?")[0] ?? ""));
  const found = method?.check(answer.body) ?? ["not in a discovery document"];
  if (found.length > 0) violations[method?.id ?? `${verb} ${path}`] = found;
  return answer.body;
}

const get = (path: string): Promise<Json> => walk("GET", path);
const post = (path: string, body: unknown = {}): Promise<Json> => walk("POST", path, body);

async function secrets(): Promise<void> {
  const fields = { replication: { automatic: {} }, labels: { a: "b" }, annotations: { c: "d" } };
  await post(`/v1/${PROJECT}/secrets?secretId=al--s`, { ...fields, ttl: "86400s" });
  await get(SECRET);
  await get(`/v1/${PROJECT}/secrets`);
  await walk("PATCH", `${SECRET}?updateMask=labels`, { labels: { a: "c" } });
  await post(`${SECRET}:setIamPolicy`, { policy: POLICY });
  await get(`${SECRET}:getIamPolicy`);
  await post(`${SECRET}:testIamPermissions`, { permissions: ["secretmanager.secrets.get"] });
}

async function versions(): Promise<void> {
  const payload = { data: Buffer.from("value").toString("base64") };
  const { name } = await post(`${SECRET}:addVersion`, { payload });
  const version = `/v1/${name}`;
  await get(version);
  await get(`${SECRET}/versions`);
  await get(`${version}:access`);
  for (const verb of ["disable", "enable", "destroy"]) await post(`${version}:${verb}`);
  await walk("DELETE", SECRET);
}

async function jobs(): Promise<Json> {
  const lines = [{ text: '{"severity":"ERROR","message":"said","n":1}' }, { text: "plain" }];
  const env = [{ name: "SIMULATE", value: JSON.stringify({ exitCode: 3, lines }) }];
  const containers = [{ image: "host.local/agent", command: ["x"], env }];
  const template = { serviceAccount: RUNNER, maxRetries: 0, timeout: "60s", containers };
  const made = await post(`${JOBS}?jobId=al-j`, { template: { template } });
  const operation = `/v2/${made.name}`;
  await post(`${operation}:wait`);
  await get(operation);
  await get(`/v2/${LOCATION}/operations`);
  await walk("DELETE", operation);
  await get(`${JOBS}/al-j`);
  await get(JOBS);
  await walk("PATCH", `${JOBS}/al-j`, { labels: { a: "b" }, template: { template } });
  await post(`${JOBS}/al-j:setIamPolicy`, { policy: POLICY });
  await get(`${JOBS}/al-j:getIamPolicy`);
  await post(`${JOBS}/al-j:testIamPermissions`, { permissions: ["run.jobs.get"] });
  const timeout = "30s";
  const run = await post(`${JOBS}/al-j:run`, { overrides: { timeout } });
  return post(`/v2/${run.name}:wait`);
}

async function executions({ metadata }: Json): Promise<void> {
  const execution = `/v2/${metadata.name}`;
  await get(execution);
  await get(`${JOBS}/al-j/executions`);
  const { tasks } = await get(`${execution}/tasks`);
  await get(`/v2/${tasks[0].name}`);
  const env = [{ name: "SIMULATE", value: JSON.stringify({ durationMs: 3_600_000 }) }];
  const overrides = { containerOverrides: [{ env }] };
  const long = await post(`${JOBS}/al-j:run`, { overrides });
  const cancelled = await post(`/v2/${long.metadata.name}:cancel`);
  await post(`/v2/${cancelled.name}:wait`);
  await walk("DELETE", execution);
  await walk("DELETE", `${JOBS}/al-j`);
}

async function logs(): Promise<void> {
  const entry = { logName: `${PROJECT}/logs/mine`, resource: { type: "global" }, textPayload: "x" };
  await post("/v2/entries:write", { entries: [entry] });
  const body = { resourceNames: [PROJECT], pageSize: 2 };
  const { nextPageToken } = await post("/v2/entries:list", body);
  await post("/v2/entries:list", { ...body, pageToken: nextPageToken });
}

async function projectsAndAccounts(): Promise<void> {
  await get(`/v3/${PROJECT}`);
  const policy = await post(`/v3/${PROJECT}:getIamPolicy`, {
    options: { requestedPolicyVersion: 3 },
  });
  await post(`/v3/${PROJECT}:setIamPolicy`, { policy });
  await post(`/v3/${PROJECT}:testIamPermissions`, { permissions: ["run.jobs.get"] });
  await get(`/v1/${PROJECT}/serviceAccounts`);
  await get(`/v1/${ACCOUNT}`);
  for (const verb of ["disable", "enable"]) await post(`/v1/${ACCOUNT}:${verb}`);
  await post(`/v1/${ACCOUNT}:setIamPolicy`, { policy: POLICY });
  await post(`/v1/${ACCOUNT}:getIamPolicy`);
  await post(`/v1/${ACCOUNT}:testIamPermissions`, { permissions: ["iam.serviceAccounts.actAs"] });
}

async function services(): Promise<void> {
  const body = { services: ["serviceusage.googleapis.com"] };
  await rest(`${emulator.url}/emulator/seed`, { body });
  await get(`/v1/${PROJECT}/services`);
  await get(`/v1/${PROJECT}/services/run.googleapis.com`);
  await get(
    `/v1/${PROJECT}/services:batchGet?names=${PROJECT}/services/run.googleapis.com&names=${PROJECT}/services/iam.googleapis.com`,
  );
  const { name } = await post(`/v1/${PROJECT}/services/run.googleapis.com:enable`);
  const serviceIds = ["secretmanager.googleapis.com", "iam.googleapis.com"];
  await post(`/v1/${PROJECT}/services:batchEnable`, { serviceIds });
  expect((await rest(`${emulator.url}/v1/${name}`)).status).toBe(200);
}

// A method of operations, APIs without a document (of Cloud Run's version 1 there is none), a stream that REST does not have, and
// an API with its own test.
const WITHOUT_DOCUMENT =
  /ServiceUsage\.GetOperation$|IAMCredentials|TailLogEntries$|devtools\.artifactregistry|ListLocations$/;

beforeAll(async () => {
  emulator = await startEmulator({ relaxed: true, executor: "simulate", log: () => undefined });
  await secrets();
  await versions();
  await executions(await jobs());
  await logs();
  await projectsAndAccounts();
  await services();
});
afterAll(() => emulator.close());

describe("the discovery documents", () => {
  test("describe every answer of the emulator", () => {
    expect(violations).toEqual({});
  });

  test("were held against every method that the emulator has", async () => {
    const { body: info } = await rest(`${emulator.url}/emulator/info`);
    const called = new Set((await journal(emulator)).map(({ method }) => method));
    const implemented: string[] = info.methods;
    expect(implemented.length).toBeGreaterThan(40);
    expect(
      implemented.filter((method) => !called.has(method) && !WITHOUT_DOCUMENT.test(method)),
    ).toEqual([]);
  });
});

test.each<[string, unknown, string[]]>([
  ["a good value", { count: 1, at: "2026-01-01T00:00:00Z", state: "ON", tags: ["a"] }, []],
  ["a wrong type", { count: "1" }, [".count: not an integer"]],
  ["a wrong format", { at: "today" }, [".at: no google-datetime: today"]],
  ["an unknown enum value", { state: "MAYBE" }, [".state: MAYBE is not in the enum"]],
  ["a wrong item", { tags: ["a", 1] }, [".tags[1]: not a string"]],
  ["an unknown field", { colour: "red" }, [".colour: not in the schema"]],
  ["a wrong inner object", { inner: { count: true } }, [".inner.count: not an integer"]],
  ["no object at all", [], [": not an object"]],
])("the check of schemas finds %s", (_what, value, expected) => {
  const thing = {
    type: "object",
    properties: {
      count: { type: "integer", format: "int32" },
      at: { type: "string", format: "google-datetime" },
      state: { type: "string", enum: ["ON", "OFF"] },
      tags: { type: "array", items: { type: "string" } },
      inner: { $ref: "Thing" },
    },
  };
  expect(violationsOf(value, { $ref: "Thing" }, { Thing: thing })).toEqual(expected);
});
