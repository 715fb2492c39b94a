// How the emulator itself bears up: 1,000 jobs, 10,000 executions, 50,000 log entries; nothing runs but the emulator.
import { performance } from "node:perf_hooks";
import { startEmulator } from "../dist/test/emulator/start.js";

const JOBS = 1000;
const EXECUTIONS_PER_JOB = 10;
const LINES_PER_EXECUTION = 5;
const AT_ONCE = 50;
const LOCATION = "projects/demo-project/locations/us-central1";
const RESOURCES = { resourceNames: ["projects/demo-project"] };

const emulator = await startEmulator({ executor: "simulate", relaxed: true, log: () => {} });
const rows = [];
let callsMade = 0;

async function call(path, body) {
  callsMade += 1;
  const response = await fetch(`${emulator.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(`${path}: ${reply.error.message}`);
  return reply;
}

/** Does `count` calls, some at a time, and notes how long they took. */
async function measure(what, count, step) {
  const startedAt = performance.now();
  const callsBefore = callsMade;
  let next = 0;
  const worker = async () => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
  const ms = performance.now() - startedAt;
  const rss = Math.round(process.memoryUsage().rss / 2 ** 20);
  const calls = callsMade - callsBefore;
  rows.push({
    what,
    calls,
    ms: Math.round(ms),
    callsPerSecond: Math.round((calls / ms) * 1000),
    rssMiB: rss,
  });
}

/** All pages of a list. */
async function pages(path, field, request) {
  let found = 0;
  let pageToken = "";
  do {
    const reply =
      request === undefined
        ? await call(`${path}?pageSize=1000&pageToken=${pageToken}`)
        : await call(path, { ...request, pageSize: 1000, pageToken });
    found += (reply[field] ?? []).length;
    pageToken = reply.nextPageToken ?? "";
  } while (pageToken !== "");
  return found;
}

function expectCount(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

const lines = Array.from({ length: LINES_PER_EXECUTION - 1 }, (_, n) => ({ text: `line ${n}` }));
const env = [{ name: "SIMULATE", value: JSON.stringify({ lines }) }];
const serviceAccount = "al-runner@demo-project.iam.gserviceaccount.com";
const containers = [{ image: "host.local/agent", command: ["x"], env }];
const job = { template: { template: { serviceAccount, maxRetries: 0, containers } } };
const idOf = (n) => `al-bench-${n % JOBS}`;

await measure("create a job", JOBS, (n) => call(`/v2/${LOCATION}/jobs?jobId=${idOf(n)}`, job));
const names = [];
await measure("run a job", JOBS * EXECUTIONS_PER_JOB, async (n) => {
  const { metadata } = await call(`/v2/${LOCATION}/jobs/${idOf(n)}:run`, {});
  names.push(metadata.name);
});
await measure("get an execution", 1000, (n) => call(`/v2/${names[n]}`));
await measure("list an execution's tasks", 1000, (n) => call(`/v2/${names[n]}/tasks`));
const executions = `/v2/${LOCATION}/jobs/-/executions`;
const entries = JOBS * EXECUTIONS_PER_JOB * LINES_PER_EXECUTION;
await measure("list 10,000 executions by pages", 1, async () =>
  expectCount("executions", await pages(executions, "executions"), JOBS * EXECUTIONS_PER_JOB),
);
await measure("list 50,000 entries by pages", 1, async () =>
  expectCount("entries", await pages("/v2/entries:list", "entries", RESOURCES), entries),
);
await measure("filter one job's entries", 50, async (n) => {
  const filter = `resource.labels.job_name="${idOf(n)}" AND logName:"stdout"`;
  const found = await pages("/v2/entries:list", "entries", { ...RESOURCES, filter });
  expectCount("filtered", found, EXECUTIONS_PER_JOB * lines.length);
});
await tail();

/** 10,000 further entries through one live session. */
async function tail() {
  const { googleClients } = await import("../dist/test/emulator/testing/google-clients.js");
  const google = await googleClients(emulator);
  const stream = google.logging.tailLogEntries();
  let seen = 0;
  const all = new Promise((resolve, reject) => {
    stream.on("error", reject);
    stream.on("data", ({ entries: got, suppressionInfo }) => {
      seen +=
        got.length + suppressionInfo.reduce((sum, { suppressedCount }) => sum + suppressedCount, 0);
      if (seen >= 10_000) resolve();
    });
  });
  stream.write({ ...RESOURCES, bufferWindow: { seconds: 0, nanos: 0 } });
  // The first call on a fresh connection: once it is answered, the session is open too.
  await google.logging.listLogEntries({ ...RESOURCES, pageSize: 1 }, { autoPaginate: false });
  const entry = {
    logName: "projects/demo-project/logs/bench",
    resource: { type: "global" },
    textPayload: "x",
  };
  const body = { entries: Array.from({ length: 100 }, () => entry) };
  await measure("write 100 entries into a live tail", 100, () => call("/v2/entries:write", body));
  await measure("until 10,000 were tailed", 1, () => all);
  stream.cancel();
  await google.close();
}

console.table(rows);
console.log(JSON.stringify({ bench: "emulator", node: process.version, rows }));
await emulator.close();
