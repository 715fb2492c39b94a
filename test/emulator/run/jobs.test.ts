import { beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { FakeCloudRun, fromSecret, JOB, LOCATION, RUNNER, template } from "./fake-cloud-run.ts";

const NUMBERED = "projects/123456789012/locations/us-central1";
const MICROSECONDS = /^2026-01-02T03:04:05\.\d{6}Z$/;

let cloud: FakeCloudRun;

beforeEach(() => {
  cloud = new FakeCloudRun();
});

const outcomeOf = async (operation: Json): Promise<Json> => {
  await cloud.platform.clock.advance(100);
  return cloud.operations.get(operation.name);
};

describe("a job", () => {
  const spec = { template: { template: { containers: [{ image: "host.local/a" }] } } };
  const filled = {
    taskCount: 1,
    template: {
      containers: [
        { image: "host.local/a", resources: { limits: { cpu: "1000m", memory: "512Mi" } } },
      ],
      executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
      maxRetries: 3,
      serviceAccount: "123456789012-compute@developer.gserviceaccount.com",
      timeout: "600s",
    },
  };

  test("is created pending, with the server's defaults, and becomes Ready with the same etag", async () => {
    const operation = await cloud.create(spec);
    const metadata = {
      "@type": "type.googleapis.com/google.cloud.run.v2.Job",
      name: JOB,
      uid: expect.any(String),
      generation: "1",
      launchStage: "GA",
      template: filled,
      createTime: expect.stringMatching(MICROSECONDS),
      updateTime: operation.metadata.createTime,
      creator: cloud.call.principal,
      lastModifier: cloud.call.principal,
      reconciling: true,
      terminalCondition: { state: "CONDITION_PENDING" },
      latestCreatedExecution: {},
      etag: expect.stringMatching(/^"[\w-]+\/[\w-]+"$/),
    };
    expect(operation).toEqual({ name: expect.any(String), metadata });
    const { reconciling: _, ...rest } = operation.metadata;
    const ready = {
      ...rest,
      observedGeneration: "1",
      terminalCondition: {
        type: "Ready",
        state: "CONDITION_SUCCEEDED",
        lastTransitionTime: expect.any(String),
      },
    };
    expect(await outcomeOf(operation)).toEqual({
      name: operation.name,
      done: true,
      metadata: ready,
      response: ready,
    });
  });

  test("carries an etag made of its update time and its name", async () => {
    const { metadata } = await cloud.create();
    const [time = "", name = ""] = metadata.etag.slice(1, -1).split("/");
    expect(Buffer.from(name, "base64url").toString()).toBe(JOB);
    expect(Buffer.from(time, "base64url")[0]).toBe(0x08);
  });

  test("keeps an explicit zero of retries, labels and annotations", async () => {
    const labels = { "managed-by": "action-llama" };
    const { metadata } = await cloud.create({ labels, template: template({ maxRetries: 0 }) });
    expect(metadata.labels).toEqual(labels);
    expect(metadata.template.template.maxRetries).toBe(0);
  });

  test("asks for creation in the location and for acting as its service account", async () => {
    await cloud.create();
    expect(cloud.call.asked).toEqual([
      `run.jobs.create on ${NUMBERED}`,
      `iam.serviceAccounts.actAs on projects/123456789012/serviceAccounts/${RUNNER}`,
    ]);
  });

  test("that is only validated is answered but not kept", async () => {
    const job = { template: template() };
    const request = { parent: LOCATION, jobId: "agent", job, validateOnly: true };
    const { done, response } = await cloud.ask("Jobs.CreateJob", request);
    expect([done, response.name]).toEqual([true, JOB]);
    expect(await cloud.ask("Jobs.ListJobs", { parent: LOCATION })).toEqual({});
  });

  test("has the same name by id and by number, spelled as it was asked for", async () => {
    await cloud.createReady();
    const byNumber = await cloud.ask("Jobs.GetJob", { name: `${NUMBERED}/jobs/agent` });
    expect(byNumber.name).toBe(`${NUMBERED}/jobs/agent`);
    const byId = await cloud.ask("Jobs.GetJob", { name: JOB });
    expect({ ...byNumber, name: JOB }).toEqual(byId);
  });

  test("is listed newest first, in pages", async () => {
    for (const id of ["one", "two", "three"]) await cloud.createReady(undefined, id);
    const first = await cloud.ask("Jobs.ListJobs", { parent: LOCATION, pageSize: 2 });
    const { nextPageToken: pageToken } = first;
    const second = await cloud.ask("Jobs.ListJobs", { parent: LOCATION, pageSize: 2, pageToken });
    const ids = [first, second].map(({ jobs }) =>
      jobs.map(({ name }: Json) => name.split("/").at(-1)),
    );
    expect(ids).toEqual([["three", "two"], ["one"]]);
    expect(second.nextPageToken).toBeUndefined();
    const elsewhere = "projects/demo-project/locations/europe-west1";
    expect(await cloud.ask("Jobs.ListJobs", { parent: elsewhere })).toEqual({});
  });
});

describe("a job whose checks fail stays behind, not Ready", () => {
  const env = (...variables: Json[]): Json => ({ template: template({}, { env: variables }) });
  const volume = (secret: Json): Json => ({
    template: template(
      { volumes: [{ name: "v", secret }] },
      { volumeMounts: [{ name: "v", mountPath: "/credentials/x/default" }] },
    ),
  });
  const PLACE = "spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name";
  const S = "projects/123456789012/secrets";

  beforeEach(() => {
    cloud.addSecret("al--x", "one", "two");
    cloud.secrets.find(`${S}/al--x`, 0)?.resolve("2")?.disable();
    cloud.addSecret("al--closed", "three");
    cloud.platform.denied.add(`${S}/al--closed/versions/1`);
  });

  test.each<[string, Json, number, string, string]>([
    [
      "a secret that is missing",
      env(fromSecret("A", "no", "1")),
      9,
      `${PLACE}: Secret ${S}/no/versions/1 was not found`,
      "SECRETS_ACCESS_CHECK_FAILED",
    ],
    [
      "a version that is missing",
      env(fromSecret("A", "al--x", "7")),
      9,
      `${PLACE}: Secret ${S}/al--x/versions/7 was not found`,
      "SECRETS_ACCESS_CHECK_FAILED",
    ],
    [
      "the latest, which is disabled",
      env(fromSecret("A", "al--x", "latest")),
      9,
      `${PLACE}: Secret Version [${S}/al--x/versions/2] is in DISABLED state.`,
      "SECRETS_ACCESS_CHECK_FAILED",
    ],
    [
      "a secret that the runner may not access",
      env(fromSecret("A", "al--closed", "1")),
      9,
      `${PLACE}: Permission denied on secret: ${S}/al--closed/versions/1 for Revision service account ${RUNNER}. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.`,
      "SECRETS_ACCESS_CHECK_FAILED",
    ],
    [
      "a mounted version that is missing",
      volume({
        secret: "al--x",
        items: [
          { path: "a", version: "1" },
          { path: "b", version: "9" },
        ],
      }),
      9,
      `spec.template.spec.volumes[0].secret.items[1].key: Secret ${S}/al--x/versions/9 was not found`,
      "SECRETS_ACCESS_CHECK_FAILED",
    ],
    [
      "a mounted secret without items that is missing",
      volume({ secret: "no" }),
      9,
      `spec.template.spec.volumes[0].secret.secret_name: Secret ${S}/no/versions/latest was not found`,
      "SECRETS_ACCESS_CHECK_FAILED",
    ],
    [
      "an image that is missing",
      { template: template({}, { image: "us-docker.pkg.dev/p/r/i:latest" }) },
      5,
      "Image 'us-docker.pkg.dev/p/r/i:latest' not found.",
      "CONTAINER_MISSING",
    ],
  ])("%s", async (_sentence, job, code, message, reason) => {
    const { error, response } = await outcomeOf(await cloud.create(job));
    expect({ error, response }).toEqual({ error: { code, message } });
    const left = await cloud.ask("Jobs.GetJob", { name: JOB });
    expect(left.terminalCondition).toEqual({
      type: "Ready",
      state: "CONDITION_FAILED",
      message,
      lastTransitionTime: expect.any(String),
      reason,
    });
    expect(await cloud.refusalOf("Jobs.RunJob", { name: JOB })).toBe(
      "FAILED_PRECONDITION: Job 'agent' is not ready to be run.",
    );
  });

  test("with every problem on a line of its own", async () => {
    const job = env(
      fromSecret("A", "no", "1"),
      fromSecret("B", "al--x", "1"),
      fromSecret("C", "al--x", "5"),
    );
    const { error } = await outcomeOf(await cloud.create(job));
    expect(error.message.split("\n")).toEqual([
      `${PLACE}: Secret ${S}/no/versions/1 was not found`,
      `${PLACE.replace("env[0]", "env[2]")}: Secret ${S}/al--x/versions/5 was not found`,
    ]);
  });

  test("and no check looks at the value", async () => {
    const { error } = await outcomeOf(await cloud.create(env(fromSecret("A", "al--x", "1"))));
    expect(error).toBeUndefined();
  });
});

describe("deletion", () => {
  test("is soft: it answers the job, hides it from get and list, and shows it on request", async () => {
    await cloud.createReady();
    const before = await cloud.ask("Jobs.GetJob", { name: JOB });
    const operation = await cloud.ask("Jobs.DeleteJob", { name: JOB, etag: before.etag });
    expect(operation.metadata).toMatchObject({
      generation: "2",
      observedGeneration: "1",
      reconciling: true,
      deleteTime: expect.stringMatching(MICROSECONDS),
      expireTime: "2026-02-01T03:04:05.100Z",
      terminalCondition: { type: "Ready", state: "CONDITION_PENDING" },
    });
    const { done, response } = await outcomeOf(operation);
    expect(done).toBe(true);
    expect(response).toMatchObject({
      "@type": "type.googleapis.com/google.cloud.run.v2.Job",
      terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED" },
    });
    expect(response.etag).not.toBe(operation.metadata.etag);
    expect(await cloud.refusalOf("Jobs.GetJob", { name: JOB })).toMatch(/^NOT_FOUND: /);
    expect(await cloud.ask("Jobs.ListJobs", { parent: LOCATION })).toEqual({});
    const { jobs } = await cloud.ask("Jobs.ListJobs", { parent: LOCATION, showDeleted: true });
    expect(jobs.map(({ uid }: Json) => uid)).toEqual([before.uid]);
  });

  test("frees the id", async () => {
    await cloud.createReady();
    await outcomeOf(await cloud.ask("Jobs.DeleteJob", { name: JOB }));
    await cloud.createReady();
    const { jobs } = await cloud.ask("Jobs.ListJobs", { parent: LOCATION, showDeleted: true });
    expect(jobs).toHaveLength(2);
  });

  test("ends an execution that is still pending before its container starts", async () => {
    await cloud.createReady();
    const { metadata, name } = await cloud.run();
    await outcomeOf(await cloud.ask("Jobs.DeleteJob", { name: JOB }));
    await cloud.platform.clock.advance(1000);
    expect(cloud.platform.containers).toEqual([]);
    expect(cloud.operations.get(name).error.code).toBe(10);
    expect(await cloud.refusalOf("Executions.GetExecution", { name: metadata.name })).toMatch(
      /^NOT_FOUND/,
    );
  });

  test("refuses runs, a second deletion and a new job of the id while it goes on", async () => {
    await cloud.createReady();
    await cloud.ask("Jobs.DeleteJob", { name: JOB });
    expect(await cloud.refusalOf("Jobs.RunJob", { name: JOB })).toMatch(/^FAILED_PRECONDITION/);
    expect(await cloud.refusalOf("Jobs.DeleteJob", { name: JOB })).toMatch(/^FAILED_PRECONDITION/);
    const request = { parent: LOCATION, jobId: "agent", job: { template: template() } };
    expect(await cloud.refusalOf("Jobs.CreateJob", request)).toMatch(/^ALREADY_EXISTS/);
  });

  test("stops and deletes the executions that run, and ends after them", async () => {
    await cloud.createReady();
    const { execution, operation } = await cloud.started();
    const deletion = await cloud.ask("Jobs.DeleteJob", { name: JOB });
    expect((await outcomeOf(deletion)).done).toBeUndefined();
    expect(cloud.container().signals).toEqual(["SIGTERM"]);
    await cloud.container().dieOf(15);
    expect(cloud.operations.get(deletion.name).done).toBe(true);
    expect(cloud.operations.get(operation).error.code).toBe(10);
    expect(await cloud.refusalOf("Executions.GetExecution", { name: execution })).toMatch(
      /^NOT_FOUND/,
    );
    const { executions } = await cloud.ask("Executions.ListExecutions", {
      parent: JOB,
      showDeleted: true,
    });
    expect(executions[0].conditions[0]).toMatchObject({
      type: "Completed",
      state: "CONDITION_FAILED",
      executionReason: "DELETED",
    });
  });
});
