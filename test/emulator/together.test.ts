import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "./start.ts";
import { type GoogleClients, googleClients } from "./testing/google-clients.ts";
import { journal, rest } from "./testing/rest.ts";

const LOCATION = "projects/demo-project/locations/us-central1";
const JOB = `${LOCATION}/jobs/al-together`;
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";

let emulator: Emulator;
let google: GoogleClients;

beforeAll(async () => {
  emulator = await startEmulator({ relaxed: true, log: () => undefined });
  google = await googleClients(emulator);
});
afterAll(async () => {
  await google?.close();
  await emulator?.close();
});

const createSecret = async (secretId: string, value: string): Promise<void> => {
  const parent = "projects/demo-project";
  await google.secrets.createSecret({
    parent,
    secretId,
    secret: { replication: { automatic: {} } },
  });
  await google.secrets.addSecretVersion({
    parent: `${parent}/secrets/${secretId}`,
    payload: { data: Buffer.from(value) },
  });
};

const jobWith = (secret: string) => ({
  template: {
    template: {
      maxRetries: 0,
      serviceAccount: RUNNER,
      containers: [
        {
          image: "host.local/agent:latest",
          command: ["/bin/sh", "-c"],
          args: ['cat /credentials/github/default/token; echo " $GREETING"; exit 7'],
          env: [{ name: "GREETING", value: "hello" }],
          volumeMounts: [{ name: "github", mountPath: "/credentials/github/default" }],
        },
      ],
      volumes: [{ name: "github", secret: { secret, items: [{ path: "token", version: "1" }] } }],
    },
  },
});

test("a job reads its secret, says what it has to say, and ends with its own code", async () => {
  await createSecret("al--github", "t0ken");
  const [creation] = await google.jobs.createJob({
    parent: LOCATION,
    jobId: "al-together",
    job: jobWith("al--github"),
  });
  await creation.promise();
  const [run] = await google.jobs.runJob({
    name: JOB,
    overrides: { containerOverrides: [{ env: [{ name: "GREETING", value: "world" }] }] },
  });
  const failure = await run.promise().then(
    () => undefined,
    (error: { code: number }) => error.code,
  );
  expect(failure).toBe(10);

  const [[task]] = await google.tasks.listTasks({ parent: `${JOB}/executions/-` });
  expect(task?.lastAttemptResult?.exitCode).toBe(7);
  const [entries] = await google.logging.listLogEntries({
    resourceNames: ["projects/demo-project"],
    filter: 'resource.type="cloud_run_job" AND logName:"stdout"',
  });
  expect(entries.map(({ textPayload }) => textPayload)).toEqual(["t0ken world"]);

  const calls = await journal(emulator);
  expect(calls.find(({ method }) => method.endsWith(".CreateJob"))).toEqual({
    method: "google.cloud.run.v2.Jobs.CreateJob",
    transport: "grpc",
    principal: "al-controller@demo-project.iam.gserviceaccount.com",
    permissions: ["run.jobs.create", "iam.serviceAccounts.actAs"],
    resource: JOB,
    status: "OK",
  });
  expect(calls.find(({ method }) => method.endsWith(".RunJob"))?.permissions).toEqual([
    "run.jobs.run",
    "run.jobs.runWithOverrides",
  ]);
  expect(JSON.stringify(calls)).not.toContain("t0ken");
  const { body: state } = await rest(`${emulator.url}/emulator/state`);
  expect(JSON.stringify(state)).not.toContain("t0ken");
});

test("the runner may not read what does not begin with al--", async () => {
  await createSecret("other", "s3cret");
  const [creation] = await google.jobs.createJob({
    parent: LOCATION,
    jobId: "al-denied",
    job: jobWith("other"),
  });
  const refusal = await creation.promise().then(
    () => "",
    (error: Error) => error.message,
  );
  expect(refusal).toContain("Permission denied on secret: projects/123456789012/secrets/other");
});
