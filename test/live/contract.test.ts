/**
 * One contract for the emulator and for Google Cloud: TARGET=gcp AL_LIVE_PROJECT=… npx vitest run test/live. It makes
 * and deletes two jobs and one secret, runs for some minutes, and costs less than a cent. AL_LIVE_REGION,
 * AL_LIVE_SERVICE_ACCOUNT and AL_LIVE_IMAGE say the rest.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Conversation, type Reply } from "./conversation.ts";
import { openTarget, type Target, WANTED } from "./target.ts";

const run = randomBytes(4).toString("hex");
const JOB = `al-contract-${run}`;
const SECRET = `al--contract-${run}`;

let target: Target;
let talk: Conversation;
let jobs: string;
let secrets: string;
/** What is not written down anywhere, and was seen here. */
const observations: Record<string, string> = {};

const isLiveWithoutProject = WANTED.target === "gcp" && WANTED.project === undefined;
const minutes = (count: number): number => count * 60_000;

describe.skipIf(isLiveWithoutProject)("the contract (TARGET=gcp needs AL_LIVE_PROJECT)", () => {
  beforeAll(async () => {
    target = await openTarget();
    talk = new Conversation(target);
    for (const [id, word] of [
      [JOB, "JOB"],
      [SECRET, "SECRET"],
    ] as const)
      talk.says(id, word);
    jobs = `/v2/projects/${target.project}/locations/${target.region}/jobs`;
    secrets = `/v1/projects/${target.project}/secrets`;
    await makeSecret();
  });
  afterAll(async () => {
    await talk?.call(`${secrets}/${SECRET}`, { api: "secretmanager", verb: "DELETE" });
    for (const id of [JOB, `${JOB}-b`]) await talk?.operation(`${jobs}/${id}`, { verb: "DELETE" });
    await target?.close();
  }, minutes(5));

  async function makeSecret(): Promise<void> {
    const api = "secretmanager";
    const body = { replication: { automatic: {} }, labels: { contract: "yes" } };
    const made = await talk.call(`${secrets}?secretId=${SECRET}`, { api, body });
    expect(made).toMatchObject({ status: 200, body: { replication: { automatic: {} } } });
    const payload = { data: Buffer.from("v1").toString("base64") };
    const added = await talk.call(`${secrets}/${SECRET}:addVersion`, { api, body: { payload } });
    expect(added.body.name).toMatch(/^projects\/\d+\/secrets\/.*\/versions\/1$/);
  }

  const container = () => ({
    image: target.image,
    command: ["/bin/sh", "-c"],
    args: ['echo "out $TOKEN"; echo err >&2; exit 3'],
    env: [
      { name: "TOKEN", valueSource: { secretKeyRef: { secret: SECRET, version: "1" } } },
    ] as object[],
    volumeMounts: [] as object[],
  });
  const job = (changes: object = {}, template: object = {}) => ({
    template: {
      template: {
        ...{ serviceAccount: target.runner, maxRetries: 0, timeout: "60s" },
        containers: [{ ...container(), ...changes }],
        ...template,
      },
    },
  });
  const create = (id: string, body: object, query = ""): Promise<Reply> =>
    talk.operation(`${jobs}?jobId=${id}${query}`, { body });
  const observe = (what: string, reply: Reply): void => {
    observations[what] = talk.inWords(reply);
  };
  /** What creating it answers, without leaving it there. */
  const tryCreate = async (body: object): Promise<Reply> => {
    const reply = await create(`${JOB}-b`, body);
    if (reply.status === 200) await talk.operation(`${jobs}/${JOB}-b`, { verb: "DELETE" });
    return { status: reply.status, body: reply.body.error === undefined ? {} : reply.body };
  };

  test(
    "a job is created, got, listed, run, seen to fail with its code, and heard",
    async () => {
      const made = await create(JOB, job());
      expect(made.body.response).toMatchObject({
        ...{ name: expect.stringContaining(JOB), generation: "1" },
        terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED" },
      });
      expect((await talk.call(`${jobs}/${JOB}`)).body.template.taskCount).toBe(1);
      const { body: listed } = await talk.call(jobs);
      expect(listed.jobs.map(({ name }: { name: string }) => name.split("/").at(-1))).toContain(
        JOB,
      );

      const ended = await talk.operation(`${jobs}/${JOB}:run`);
      expect(ended.body.error.message).toContain("failed to complete");
      const { name } = ended.body.metadata;
      talk.says(name.split("/").at(-1), "EXECUTION");
      const { body } = await talk.call(`/v2/${name}/tasks`);
      expect(body.tasks).toMatchObject([{ lastAttemptResult: { exitCode: 3 } }]);
      observe(
        "5 cancel of a finished execution",
        await talk.call(`/v2/${name}:cancel`, { body: {} }),
      );
      await heard(name.split("/").at(-1));
    },
    minutes(6),
  );

  async function heard(execution: string): Promise<void> {
    const filter = `resource.type="cloud_run_job" AND labels."run.googleapis.com/execution_name"="${execution}" AND (logName:"stdout" OR logName:"stderr")`;
    const resourceNames = [`projects/${target.project}`];
    const body = { resourceNames, filter, orderBy: "timestamp asc" };
    const { body: found } = await talk.until(
      () => talk.call("/v2/entries:list", { api: "logging", body }),
      (reply) => (reply.body.entries ?? []).length >= 2,
    );
    type Entry = { textPayload: string; severity?: string; logName: string };
    const entries: Entry[] = found.entries;
    expect(entries.map(({ textPayload }) => textPayload).sort()).toEqual(["err", "out v1"]);
    const stderr = entries.find(({ logName }) => logName.endsWith("stderr"));
    observations["8 severity of a plain line on stderr"] = stderr?.severity ?? "none";
  }

  test(
    "a long run is cancelled, and its job deleted",
    async () => {
      const overrides = { containerOverrides: [{ args: ["sleep 300"] }] };
      const started = await talk.call(`${jobs}/${JOB}:run`, { body: { overrides } });
      const { name } = started.body.metadata;
      talk.says(name.split("/").at(-1), "EXECUTION");
      const cancelled = await talk.operation(`/v2/${name}:cancel`);
      expect(cancelled.body.done).toBe(true);
      const { body } = await talk.until(
        () => talk.call(`/v2/${name}`),
        (reply) => reply.body.reconciling !== true,
      );
      expect(body.cancelledCount).toBe(1);
    },
    minutes(6),
  );

  test(
    "what is not written down is observed",
    async () => {
      const reference = { secretKeyRef: { secret: SECRET, version: "1" } };
      const env = [{ name: "OTHER", valueSource: reference }];
      observe(
        "1 a secret reference in the overrides of a run",
        await talk.call(`${jobs}/${JOB}:run`, {
          body: { overrides: { containerOverrides: [{ env }] } },
        }),
      );
      const volume = (path: string) => ({
        volumes: [{ name: "v", secret: { secret: SECRET, items: [{ path, version: "1" }] } }],
      });
      const mount = { name: "v", mountPath: "/v" };
      observe(
        "2 subPath on a secret volume",
        await tryCreate(job({ volumeMounts: [{ ...mount, subPath: "f" }] }, volume("f"))),
      );
      observe("3 startExecutionToken", await tryCreate({ ...job(), startExecutionToken: "token" }));
      observe("5 a job that exists", await create(JOB, job()));
      observe(
        "5 two mounts on one path",
        await tryCreate(job({ volumeMounts: [mount, mount] }, volume("f"))),
      );
      observe("5 an unknown execution", await talk.call(`${jobs}/${JOB}/executions/none`));
      observe(
        "6 an item path with a slash",
        await tryCreate(job({ volumeMounts: [mount] }, volume("a/f"))),
      );
      observe(
        "9 two containers",
        await tryCreate(job({}, { containers: [container(), { ...container(), name: "second" }] })),
      );
    },
    minutes(6),
  );

  test(
    "a run while the job is not ready, or its secret is gone, and a name used again, are observed",
    async () => {
      const missing = { secretKeyRef: { secret: `${SECRET}-none`, version: "1" } };
      const made = await create(`${JOB}-b`, job({ env: [{ name: "X", valueSource: missing }] }));
      observe("4 a job whose secret is missing", made);
      observe("4 a run of it", await talk.call(`${jobs}/${JOB}-b:run`, { body: {} }));
      await talk.operation(`${jobs}/${JOB}-b`, { verb: "DELETE" });
      const again = await create(`${JOB}-b`, job({}, { maxRetries: 2 }));
      observe("10 the id of a job that was just deleted", again);
      const api = "secretmanager";
      await talk.call(`${secrets}/${SECRET}/versions/1:disable`, { api, body: {} });
      const ended = await talk.operation(`${jobs}/${JOB}-b:run`);
      const { body } = await talk.call(`/v2/${ended.body.metadata.name}/tasks`);
      const [{ retried = 0, conditions, lastAttemptResult }] = body.tasks;
      const { executionReason, reason } = conditions[0];
      const word = executionReason ?? reason ?? "no reason";
      observations["7 attempts that cannot start for a secret"] =
        `retried ${retried}, ${word}, code ${lastAttemptResult?.status?.code}`;
    },
    minutes(6),
  );

  test("the observations are these", () => {
    if (target.name === "gcp") process.stderr.write(`${JSON.stringify(observations, null, 2)}\n`);
    else
      expect(observations).toMatchInlineSnapshot(`
      {
        "1 a secret reference in the overrides of a run": "400 INVALID_ARGUMENT: Violation in RunJobRequest.overrides.container_overrides[0].env: 'OTHER' must be a literal.",
        "10 the id of a job that was just deleted": "200",
        "2 subPath on a secret volume": "501 UNIMPLEMENTED: The emulator does not model VolumeMount.subPath.",
        "3 startExecutionToken": "501 UNIMPLEMENTED: The emulator does not model Job.startExecutionToken.",
        "4 a job whose secret is missing": "200 code 9: spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Secret projects/NUMBER/secrets/SECRET-none/versions/1 was not found",
        "4 a run of it": "400 FAILED_PRECONDITION: Job 'JOB-b' is not ready to be run.",
        "5 a job that exists": "409 ALREADY_EXISTS: Resource 'JOB' already exists.",
        "5 an unknown execution": "404 NOT_FOUND: Resource 'none' of kind 'EXECUTION' in region 'REGION' in project 'PROJECT' does not exist.",
        "5 cancel of a finished execution": "400 FAILED_PRECONDITION: Execution 'EXECUTION' has completed and cannot be cancelled.",
        "5 two mounts on one path": "400 INVALID_ARGUMENT: Violation in CreateJobRequest.job.template.template.containers[0].volume_mounts[1].mount_path: Invalid value: "/v": must be unique",
        "6 an item path with a slash": "200",
        "7 attempts that cannot start for a secret": "retried 2, no reason, code 10",
        "8 severity of a plain line on stderr": "none",
        "9 two containers": "501 UNIMPLEMENTED: The emulator does not model jobs with more than one container.",
      }
    `);
  });
});
