import { beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { FakeCloudRun, fromSecret, JOB, LOCATION, RUNNER, template } from "./fake-cloud-run.ts";

let cloud: FakeCloudRun;

beforeEach(() => {
  cloud = new FakeCloudRun();
});

const completed = (execution: Json): Json =>
  execution.conditions.find(({ type }: Json) => type === "Completed");

/** What a watcher of one task learns at the end. */
async function outcomeOf(run: { execution: string; operation: string }): Promise<Json> {
  const execution = await cloud.execution(run.execution);
  const { lastTransitionTime: _, type: __, ...condition } = completed(execution);
  const { succeededCount, failedCount, cancelledCount, retriedCount, completionTime } = execution;
  const { done, error } = cloud.operations.get(run.operation);
  const results = (await cloud.tasks(run.execution)).map((task) => task.lastAttemptResult);
  const outcome = {
    condition,
    counts: { succeededCount, failedCount, cancelledCount, retriedCount },
    isTimed: completionTime !== undefined,
    done,
    error,
    results,
  };
  return JSON.parse(JSON.stringify(outcome).replaceAll(run.execution.split("/").at(-1) ?? "", "E"));
}

describe("an execution", () => {
  test("is named in the metadata of the operation before anything runs", async () => {
    const labels = { agent: "a" };
    await cloud.createReady({ template: { ...template(), labels } });
    const operation = await cloud.run();
    const { metadata } = operation;
    expect(operation).toEqual({
      name: expect.stringMatching(/^projects\/demo-project\/locations\/us-central1\/operations\//),
      metadata: {
        "@type": "type.googleapis.com/google.cloud.run.v2.Execution",
        name: expect.stringMatching(/\/jobs\/agent\/executions\/agent-[a-z0-9]{5}$/),
        uid: expect.any(String),
        creator: cloud.call.principal,
        generation: "1",
        labels,
        createTime: expect.any(String),
        updateTime: metadata.createTime,
        launchStage: "GA",
        job: "agent",
        parallelism: 1,
        taskCount: 1,
        template: {
          containers: [
            {
              image: "host.local/agent:latest",
              command: ["/bin/agent"],
              resources: { limits: { cpu: "1000m", memory: "512Mi" } },
            },
          ],
          executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
          maxRetries: 0,
          serviceAccount: RUNNER,
          timeout: "600s",
        },
        reconciling: true,
        conditions: [{ type: "Completed", state: "CONDITION_PENDING" }],
        logUri: expect.stringContaining(
          "https://console.cloud.google.com/logs/viewer?project=demo-project&advancedFilter=resource.type%3D%22cloud_run_job%22%0Aresource.labels.job_name%3D%22agent%22%0Aresource.labels.location%3D%22us-central1%22%0Alabels.%22run.googleapis.com/execution_name%22%3D%22agent-",
        ),
        etag: expect.any(String),
      },
    });
    expect(cloud.call.asked.at(-1)).toBe(
      "run.jobs.run on projects/123456789012/locations/us-central1/jobs/agent",
    );
  });

  test("goes from pending through provisioned and started to completed", async () => {
    await cloud.createReady();
    const { metadata, name } = await cloud.run();
    const seen: Json[] = [];
    const look = async (): Promise<void> => {
      const { conditions, startTime, runningCount, reconciling } = await cloud.execution(
        metadata.name,
      );
      const { latestCreatedExecution } = await cloud.ask("Jobs.GetJob", { name: JOB });
      seen.push({
        conditions: conditions.map(({ type, state }: Json) => `${type} ${state}`),
        isStarted: startTime !== undefined,
        runningCount,
        reconciling,
        status: latestCreatedExecution.completionStatus,
      });
    };
    await look();
    await cloud.platform.clock.advance(100);
    await look();
    await cloud.platform.clock.advance(100);
    await look();
    await cloud.container().exit(0);
    await look();
    const isLive = { reconciling: true, runningCount: undefined, isStarted: false };
    expect(seen).toEqual([
      {
        ...isLive,
        conditions: ["Completed CONDITION_PENDING"],
        status: "EXECUTION_PENDING",
      },
      {
        ...isLive,
        conditions: ["Completed CONDITION_RECONCILING", "ResourcesAvailable CONDITION_SUCCEEDED"],
        status: "EXECUTION_PENDING",
      },
      {
        ...isLive,
        isStarted: true,
        runningCount: 1,
        conditions: [
          "Completed CONDITION_RECONCILING",
          "ResourcesAvailable CONDITION_SUCCEEDED",
          "Started CONDITION_SUCCEEDED",
        ],
        status: "EXECUTION_RUNNING",
      },
      {
        isStarted: true,
        reconciling: undefined,
        runningCount: undefined,
        conditions: [
          "Completed CONDITION_SUCCEEDED",
          "ResourcesAvailable CONDITION_SUCCEEDED",
          "Started CONDITION_SUCCEEDED",
        ],
        status: "EXECUTION_SUCCEEDED",
      },
    ]);
    const { response } = cloud.operations.get(name);
    const { "@type": type, ...execution } = response;
    expect(type).toBe("type.googleapis.com/google.cloud.run.v2.Execution");
    expect(execution).toEqual(await cloud.execution(metadata.name));
    expect(await cloud.ask("Jobs.GetJob", { name: JOB })).toMatchObject({
      executionCount: 1,
      latestCreatedExecution: { name: metadata.name, completionTime: execution.completionTime },
    });
  });

  test("is listed newest first, for one job and for all", async () => {
    await cloud.createReady();
    await cloud.createReady(undefined, "other");
    const one = (await cloud.run()).metadata.name;
    const two = (await cloud.ask("Jobs.RunJob", { name: `${LOCATION}/jobs/other` })).metadata.name;
    const three = (await cloud.run()).metadata.name;
    const names = async (parent: string): Promise<string[]> => {
      const { executions } = await cloud.ask("Executions.ListExecutions", { parent });
      return executions.map(({ name }: Json) => name);
    };
    expect(await names(JOB)).toEqual([three, one]);
    expect(await names(`${LOCATION}/jobs/-`)).toEqual([three, two, one]);
  });

  test("that is only validated is answered but never run", async () => {
    await cloud.createReady();
    const { done } = await cloud.ask("Jobs.RunJob", { name: JOB, validateOnly: true });
    await cloud.platform.clock.advance(1000);
    expect([done, cloud.platform.containers.length]).toEqual([true, 0]);
    expect(await cloud.ask("Executions.ListExecutions", { parent: JOB })).toEqual({});
  });
});

describe("an execution ends", () => {
  const failed = (message: string): Json => ({ state: "CONDITION_FAILED", message });
  const text = "Execution E has failed to complete, 0/1 tasks were a success.";
  const ABORTED = "The container exited with an error.";

  test.each<[string, () => Promise<void>, Json]>([
    [
      "well when the container exits 0, which is then absent from the result",
      () => cloud.container().exit(0),
      {
        condition: {
          state: "CONDITION_SUCCEEDED",
          message: "Execution completed successfully in 0.20s.",
        },
        counts: { succeededCount: 1 },
        done: true,
        results: [{}],
      },
    ],
    [
      "with the container's own code",
      () => cloud.container().exit(7),
      {
        condition: {
          ...failed(`Task E-task0 failed with exit code: 7 and message: ${ABORTED}`),
          executionReason: "NON_ZERO_EXIT_CODE",
        },
        counts: { failedCount: 1 },
        done: true,
        error: { code: 10, message: text },
        results: [{ status: { code: 10, message: ABORTED }, exitCode: 7 }],
      },
    ],
    [
      "with the signal that killed it",
      () => cloud.container().dieOf(9),
      {
        condition: {
          ...failed(`Task E-task0 failed with message: ${ABORTED}`),
          executionReason: "NON_ZERO_EXIT_CODE",
        },
        counts: { failedCount: 1 },
        done: true,
        error: { code: 10, message: text },
        results: [{ status: { code: 10, message: ABORTED }, termSignal: 9 }],
      },
    ],
    [
      "without a reason when the time is over",
      async () => {
        await cloud.platform.clock.advance(600_000);
        await cloud.container().exit(0);
      },
      {
        condition: failed("Task E-task0 failed with message: The configured timeout was reached."),
        counts: { failedCount: 1 },
        done: true,
        error: { code: 4, message: text },
        results: [{ status: { code: 4, message: "The configured timeout was reached." } }],
      },
    ],
    [
      "badly when the container cannot be started",
      () => cloud.container().failToStart("spawn /bin/agent ENOENT"),
      {
        condition: failed("Task E-task0 failed with message: spawn /bin/agent ENOENT"),
        counts: { failedCount: 1 },
        done: true,
        error: { code: 10, message: text },
        results: [{ status: { code: 10, message: "spawn /bin/agent ENOENT" } }],
      },
    ],
  ])("%s", async (_sentence, end, expected) => {
    await cloud.createReady();
    const run = await cloud.started();
    await end();
    expect(await outcomeOf(run)).toEqual({ isTimed: true, ...expected });
    // The running job's timer, its timeout and its grace are gone with it.
    expect(cloud.platform.clock.waiting).toBe(0);
  });
});

describe("the task timeout", () => {
  test("sends SIGTERM, and SIGKILL 10 seconds later", async () => {
    await cloud.createReady({ template: template({ timeout: "30s" }) });
    await cloud.started();
    const { clock } = cloud.platform;
    await clock.advance(29_999);
    expect(cloud.container().signals).toEqual([]);
    await clock.advance(1);
    expect(cloud.container().signals).toEqual(["SIGTERM"]);
    await clock.advance(9_999);
    expect(cloud.container().signals).toEqual(["SIGTERM"]);
    await clock.advance(1);
    expect(cloud.container().signals).toEqual(["SIGTERM", "SIGKILL"]);
  });

  test("counts per attempt, and can be overridden", async () => {
    await cloud.createReady({ template: template({ timeout: "30s", maxRetries: 1 }) });
    await cloud.started({ timeout: "5s" });
    await cloud.platform.clock.advance(5_000);
    await cloud.container(0).dieOf(15);
    await cloud.platform.clock.advance(4_999);
    expect(cloud.container(1).signals).toEqual([]);
    await cloud.platform.clock.advance(1);
    expect(cloud.container(1).signals).toEqual(["SIGTERM"]);
  });
});

describe("cancellation", () => {
  const CANCELLED = {
    condition: {
      state: "CONDITION_FAILED",
      message: "Execution cancelled.",
      executionReason: "CANCELLED",
    },
    counts: { cancelledCount: 1 },
    done: true,
    results: [{ status: { code: 1, message: "The task was cancelled." } }],
  };
  const cancel = (name: string): Promise<Json> => cloud.ask("Executions.CancelExecution", { name });

  test("of a running execution sends SIGTERM, then SIGKILL, and ends RunJob without an error", async () => {
    await cloud.createReady();
    const run = await cloud.started();
    const cancellation = await cancel(run.execution);
    expect(completed(cancellation.metadata)).toMatchObject({
      state: "CONDITION_RECONCILING",
      executionReason: "CANCELLING",
    });
    await cloud.platform.clock.advance(9_999);
    expect(cloud.container().signals).toEqual(["SIGTERM"]);
    await cloud.platform.clock.advance(1);
    expect(cloud.container().signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect(cloud.operations.get(cancellation.name).done).toBeUndefined();
    await cloud.container().dieOf(9);
    expect(await outcomeOf(run)).toEqual({ ...CANCELLED, isTimed: true });
    const { response } = cloud.operations.get(cancellation.name);
    expect(response.cancelledCount).toBe(1);
    expect(cloud.call.asked).toContain(
      `run.executions.cancel on ${run.execution.replace("demo-project", "123456789012")}`,
    );
  });

  test("of a pending execution never starts the container, and leaves no completion time", async () => {
    await cloud.createReady();
    const { name, metadata } = await cloud.run();
    await cancel(metadata.name);
    await cloud.platform.clock.advance(1000);
    expect(cloud.platform.containers).toEqual([]);
    expect(await outcomeOf({ execution: metadata.name, operation: name })).toEqual({
      ...CANCELLED,
      isTimed: false,
    });
  });

  test("of a finished execution is refused and changes nothing", async () => {
    await cloud.createReady();
    const { execution } = await cloud.started();
    await cloud.container().exit(0);
    const before = await cloud.execution(execution);
    const id = execution.split("/").at(-1);
    expect(await cloud.refusalOf("Executions.CancelExecution", { name: execution })).toBe(
      `FAILED_PRECONDITION: Execution '${id}' has completed and cannot be cancelled.`,
    );
    expect(await cloud.execution(execution)).toEqual(before);
  });

  test("counts as cancelled even if the container answers SIGTERM with exit 0", async () => {
    await cloud.createReady({ template: template({ maxRetries: 3 }) });
    const run = await cloud.started();
    await cancel(run.execution);
    await cloud.container().exit(0);
    expect(await outcomeOf(run)).toEqual({ ...CANCELLED, isTimed: true });
    expect(cloud.platform.containers).toHaveLength(1);
  });

  test("asked for twice is one cancellation with two operations", async () => {
    await cloud.createReady();
    const run = await cloud.started();
    const operations = [await cancel(run.execution), await cancel(run.execution)];
    await cloud.container().dieOf(15);
    await cloud.platform.clock.advance(100);
    expect(cloud.container().signals).toEqual(["SIGTERM"]);
    expect(operations.map(({ name }) => cloud.operations.get(name).done)).toEqual([true, true]);
  });
});

describe("retries", () => {
  test("start the task anew until it succeeds", async () => {
    await cloud.createReady({ template: template({ maxRetries: 2 }) });
    const run = await cloud.started();
    await cloud.container(0).exit(1);
    await cloud.container(1).exit(1);
    await cloud.container(2).exit(0);
    expect(cloud.platform.containers.map(({ run }) => run.env.CLOUD_RUN_TASK_ATTEMPT)).toEqual([
      "0",
      "1",
      "2",
    ]);
    const [task] = await cloud.tasks(run.execution);
    expect([task?.retried, task?.lastAttemptResult]).toEqual([2, {}]);
    expect((await outcomeOf(run)).counts).toEqual({ succeededCount: 1, retriedCount: 1 });
  });

  test("end when they are used up", async () => {
    await cloud.createReady({ template: template({ maxRetries: 1 }) });
    const run = await cloud.started();
    await cloud.container(0).exit(1);
    await cloud.container(1).exit(2);
    const { counts, results } = await outcomeOf(run);
    expect(counts).toEqual({ failedCount: 1, retriedCount: 1 });
    expect(results[0].exitCode).toBe(2);
    expect(cloud.platform.containers).toHaveLength(2);
  });
});

describe("several tasks", () => {
  test("run as parallel as allowed, and one that fails fails the execution", async () => {
    await cloud.createReady({ template: { ...template(), taskCount: 3, parallelism: 2 } });
    const run = await cloud.started();
    expect(cloud.platform.containers).toHaveLength(2);
    expect((await cloud.execution(run.execution)).runningCount).toBe(2);
    await cloud.container(0).exit(0);
    expect(cloud.platform.containers).toHaveLength(3);
    await cloud.container(1).exit(3);
    await cloud.container(2).exit(0);
    const { counts, error } = await outcomeOf(run);
    expect(counts).toEqual({ succeededCount: 2, failedCount: 1 });
    expect(error).toEqual({
      code: 10,
      message: "Execution E has failed to complete, 2/3 tasks were a success.",
    });
    expect(
      cloud.platform.containers.map(({ run }) => [
        run.env.CLOUD_RUN_TASK_INDEX,
        run.env.CLOUD_RUN_TASK_COUNT,
      ]),
    ).toEqual([
      ["0", "3"],
      ["1", "3"],
      ["2", "3"],
    ]);
  });

  test("that are cancelled are all counted", async () => {
    await cloud.createReady({ template: { ...template(), taskCount: 3, parallelism: 1 } });
    const run = await cloud.started();
    await cloud.container(0).exit(0);
    await cloud.ask("Executions.CancelExecution", { name: run.execution });
    await cloud.container(1).dieOf(15);
    expect((await outcomeOf(run)).counts).toEqual({ succeededCount: 1, cancelledCount: 2 });
    expect(cloud.platform.containers).toHaveLength(2);
  });

  test("are told apart by name and index", async () => {
    await cloud.createReady({ template: { ...template(), taskCount: 2 } });
    const { execution } = await cloud.started();
    const id = execution.split("/").at(-1);
    const tasks = await cloud.tasks(execution);
    expect(tasks.map(({ name, index }) => [name, index])).toEqual([
      [`${execution}/tasks/${id}-task0`, undefined],
      [`${execution}/tasks/${id}-task1`, 1],
    ]);
    expect(await cloud.ask("Tasks.GetTask", { name: tasks[1]?.name })).toEqual(tasks[1]);
    const { tasks: all } = await cloud.ask("Tasks.ListTasks", {
      parent: `${LOCATION}/jobs/-/executions/-`,
    });
    expect(all).toEqual(tasks);
  });
});

describe("a container gets", () => {
  const PLATFORM_ENV = {
    CLOUD_RUN_JOB: "agent",
    CLOUD_RUN_EXECUTION: expect.stringMatching(/^agent-/),
    CLOUD_RUN_TASK_INDEX: "0",
    CLOUD_RUN_TASK_ATTEMPT: "0",
    CLOUD_RUN_TASK_COUNT: "1",
  };

  test("its command, its literals, its secrets and its mounts", async () => {
    cloud.addSecret("al--token", "t0ken");
    cloud.addSecret("al--key", "id", "known");
    const items = [
      { path: "id_rsa", version: "1", mode: 0o600 },
      { path: "known_hosts", version: "2" },
    ];
    const volumes = [
      { name: "ssh", secret: { secret: "al--key", items, defaultMode: 0o755 } },
      { name: "whole", secret: { secret: "projects/demo-project/secrets/al--token" } },
    ];
    const container = {
      args: ["--fast"],
      workingDir: "/app",
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
        { name: "EMPTY" },
        fromSecret("TOKEN", "al--token", "latest"),
      ],
      volumeMounts: [
        { name: "ssh", mountPath: "/credentials/git_ssh/default" },
        { name: "whole", mountPath: "/whole" },
      ],
    };
    await cloud.createReady({ template: template({ volumes }, container) });
    await cloud.started();
    expect(cloud.container().run).toEqual({
      image: "host.local/agent:latest",
      argv: ["/bin/agent", "--fast"],
      workingDir: "/app",
      env: { A: "2", EMPTY: "", TOKEN: "t0ken", ...PLATFORM_ENV },
      mounts: [
        {
          path: "/credentials/git_ssh/default",
          files: [
            { path: "id_rsa", bytes: Buffer.from("id"), mode: 0o400 },
            { path: "known_hosts", bytes: Buffer.from("known"), mode: 0o555 },
          ],
        },
        {
          path: "/whole",
          files: [{ path: "al--token", bytes: Buffer.from("t0ken"), mode: 0o444 }],
        },
      ],
    });
    expect(JSON.stringify(cloud.store.describe())).not.toContain("t0ken");
  });

  test.each<[string, Json, string[], Json]>([
    ["nothing new without overrides", {}, ["/bin/agent", "a"], { A: "1", B: "2" }],
    [
      "merged variables",
      {
        env: [
          { name: "B", value: "3" },
          { name: "C", value: "4" },
        ],
      },
      ["/bin/agent", "a"],
      { A: "1", B: "3", C: "4" },
    ],
    ["replaced arguments", { args: ["x", "y"] }, ["/bin/agent", "x", "y"], { A: "1", B: "2" }],
    ["no arguments when they are cleared", { clearArgs: true }, ["/bin/agent"], { A: "1", B: "2" }],
    [
      "overrides by its name",
      { name: "main", args: ["z"] },
      ["/bin/agent", "z"],
      { A: "1", B: "2" },
    ],
  ])("%s", async (_sentence, override, argv, env) => {
    const container = {
      name: "main",
      args: ["a"],
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    };
    await cloud.createReady({ template: template({}, container) });
    await cloud.started({ containerOverrides: [override] });
    expect(cloud.container().run).toMatchObject({ argv, env: { ...env, ...PLATFORM_ENV } });
    expect(cloud.call.asked.at(-1)).toBe(
      "run.jobs.runWithOverrides on projects/123456789012/locations/us-central1/jobs/agent",
    );
    const job = await cloud.ask("Jobs.GetJob", { name: JOB });
    expect(job.template.template.containers[0]).toMatchObject(container);
  });

  test("as many tasks as the override says", async () => {
    await cloud.createReady();
    await cloud.started({ taskCount: 2 });
    expect(cloud.platform.containers).toHaveLength(2);
  });

  test("the latest version anew at each attempt", async () => {
    cloud.addSecret("al--token", "one");
    const env = [fromSecret("TOKEN", "al--token", "latest")];
    await cloud.createReady({ template: template({ maxRetries: 1 }, { env }) });
    const secret = cloud.secrets.find("projects/123456789012/secrets/al--token", 0);
    await cloud.started();
    secret?.addVersion({
      sequence: 9,
      createdAt: 0,
      etag: "",
      payload: Buffer.from("two"),
      checksumGiven: false,
    });
    await cloud.container(0).exit(1);
    expect(cloud.platform.containers.map(({ run }) => run.env.TOKEN)).toEqual(["one", "two"]);
  });

  test("no start at all when a secret has gone since the job was made", async () => {
    cloud.addSecret("al--token", "one");
    await cloud.createReady({
      template: template({}, { env: [fromSecret("TOKEN", "al--token", "1")] }),
    });
    cloud.secrets.remove("projects/123456789012/secrets/al--token");
    const run = await cloud.started();
    expect(cloud.platform.containers).toEqual([]);
    expect((await outcomeOf(run)).results).toEqual([
      {
        status: {
          code: 10,
          message:
            "spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Secret projects/123456789012/secrets/al--token/versions/1 was not found",
        },
      },
    ]);
  });
});

describe("deleting an execution", () => {
  test("that has ended hides it", async () => {
    await cloud.createReady();
    const { execution } = await cloud.started();
    await cloud.container().exit(0);
    const { name } = await cloud.ask("Executions.DeleteExecution", { name: execution });
    await cloud.platform.clock.advance(100);
    expect(cloud.operations.get(name).response.deleteTime).toBeDefined();
    expect(await cloud.ask("Executions.ListExecutions", { parent: JOB })).toEqual({});
  });

  test("that runs stops it first", async () => {
    await cloud.createReady();
    const { execution } = await cloud.started();
    await cloud.ask("Executions.DeleteExecution", { name: execution });
    expect(cloud.container().signals).toEqual(["SIGTERM"]);
    await cloud.container().dieOf(15);
    expect(await cloud.refusalOf("Executions.GetExecution", { name: execution })).toMatch(
      /^NOT_FOUND/,
    );
  });
});

test("clearing the store kills what runs, cancels timers, and nothing is logged or changed afterwards", async () => {
  await cloud.createReady();
  await cloud.started();
  await cloud.run();
  cloud.store.clear();
  expect(cloud.container().signals).toEqual(["SIGKILL"]);
  expect(cloud.platform.clock.waiting).toBe(0);
  cloud.container().print("stdout", "late");
  await cloud.container().dieOf(9);
  expect(cloud.platform.entries).toEqual([]);
  expect(cloud.store.describe()).toEqual({ jobs: [], executions: [] });
});
