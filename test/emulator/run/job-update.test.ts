import { beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { FakeCloudRun, fromSecret, JOB, LOCATION, template } from "./fake-cloud-run.ts";

let cloud: FakeCloudRun;

beforeEach(() => {
  cloud = new FakeCloudRun();
});

const outcomeOf = async (operation: Json): Promise<Json> => {
  await cloud.platform.clock.advance(100);
  return cloud.operations.get(operation.name);
};

const get = (): Promise<Json> => cloud.ask("Jobs.GetJob", { name: JOB });

const update = (job: Json = {}, request: Json = {}): Promise<Json> =>
  cloud.ask("Jobs.UpdateJob", { job: { name: JOB, template: template(), ...job }, ...request });

describe("an update", () => {
  test("replaces the whole spec: what it leaves out is gone, or at its default again", async () => {
    await cloud.createReady({
      labels: { team: "agents" },
      template: { ...template({ timeout: "60s" }), taskCount: 3 },
    });
    const before = await get();
    const { response } = await outcomeOf(await update({ annotations: { a: "b" } }));
    const { "@type": _, ...after } = response;
    const { labels: _labels, ...kept } = before;
    expect(after).toEqual({
      ...kept,
      annotations: { a: "b" },
      template: {
        taskCount: 1,
        template: { ...before.template.template, timeout: "600s" },
      },
      generation: "2",
      observedGeneration: "2",
      updateTime: expect.any(String),
      etag: expect.any(String),
      terminalCondition: { ...before.terminalCondition, lastTransitionTime: expect.any(String) },
    });
    expect([after.etag === before.etag, after.updateTime > before.updateTime]).toEqual([
      false,
      true,
    ]);
    expect(await get()).toEqual(after);
  });

  test("makes the job wait for its checks anew: it cannot run before", async () => {
    await cloud.createReady();
    const { metadata } = await update();
    expect([metadata.reconciling, metadata.generation, metadata.observedGeneration]).toEqual([
      true,
      "2",
      "1",
    ]);
    expect(await cloud.refusalOf("Jobs.RunJob", { name: JOB })).toBe(
      "FAILED_PRECONDITION: Job 'agent' is not ready to be run.",
    );
    await cloud.platform.clock.advance(100);
    expect(await cloud.refusalOf("Jobs.RunJob", { name: JOB })).toBe("OK");
  });

  test("that fails the checks leaves the job unready; the next one mends it", async () => {
    await cloud.createReady();
    const broken = template({}, { env: [fromSecret("TOKEN", "nowhere", "1")] });
    const { error } = await outcomeOf(await update({ template: broken }));
    expect([error.code, (await get()).terminalCondition.state]).toEqual([9, "CONDITION_FAILED"]);
    await outcomeOf(await update());
    expect((await get()).terminalCondition.state).toBe("CONDITION_SUCCEEDED");
  });

  test("does not change what already runs", async () => {
    await cloud.createReady({ template: template({}, { args: ["old"] }) });
    const { execution } = await cloud.started();
    await outcomeOf(await update({ template: template({}, { args: ["new"] }) }));
    expect((await cloud.execution(execution)).template.containers[0].args).toEqual(["old"]);
    await cloud.started();
    expect(cloud.platform.containers.map(({ run }) => run.argv.at(-1))).toEqual(["old", "new"]);
  });

  test("that overtakes another decides alone whether the job is Ready", async () => {
    await cloud.createReady();
    const broken = template({}, { env: [fromSecret("TOKEN", "nowhere", "1")] });
    const first = await update({ template: broken });
    await cloud.platform.clock.advance(50);
    const second = await update();
    await cloud.platform.clock.advance(50);
    expect(cloud.operations.get(first.name).error.code).toBe(9);
    expect((await get()).reconciling).toBe(true);
    await cloud.platform.clock.advance(50);
    expect(cloud.operations.get(second.name).response.terminalCondition.state).toBe(
      "CONDITION_SUCCEEDED",
    );
  });

  test("with validateOnly answers the job as it would be and changes nothing", async () => {
    await cloud.createReady();
    const before = await get();
    const { done, response } = await update({ labels: { a: "b" } }, { validateOnly: true });
    expect([done, response.labels, response.generation]).toEqual([true, { a: "b" }, "2"]);
    expect(await get()).toEqual(before);
  });

  test("with allowMissing makes a job that is not there", async () => {
    const { response } = await outcomeOf(await update({}, { allowMissing: true }));
    expect([response.name, response.generation]).toEqual([JOB, "1"]);
    expect((await get()).uid).toBe(response.uid);
  });

  test("with allowMissing and validateOnly makes none", async () => {
    const { response } = await update({}, { allowMissing: true, validateOnly: true });
    expect(response.name).toBe(JOB);
    expect(cloud.store.listJobs({ showDeleted: true })).toEqual([]);
  });

  test("with the current etag passes, and asks for update and actAs", async () => {
    await cloud.createReady();
    cloud.call.asked.length = 0;
    await update({ etag: (await get()).etag });
    const numbered = "projects/123456789012";
    expect(cloud.call.asked).toEqual([
      `run.jobs.get on ${numbered}/locations/us-central1/jobs/agent`,
      `run.jobs.update on ${numbered}/locations/us-central1/jobs/agent`,
      `iam.serviceAccounts.actAs on ${numbered}/serviceAccounts/al-runner@demo-project.iam.gserviceaccount.com`,
    ]);
  });

  test("with allowMissing needs create too, whether the job is there or not", async () => {
    await cloud.createReady();
    cloud.call.asked.length = 0;
    await update({}, { allowMissing: true });
    expect(cloud.call.asked).toContain(
      "run.jobs.create on projects/123456789012/locations/us-central1",
    );
  });
});

describe("an update is refused", () => {
  const refusalOf = (job: Json, request: Json = {}): Promise<string> =>
    cloud.refusalOf("Jobs.UpdateJob", {
      job: { name: JOB, template: template(), ...job },
      ...request,
    });

  test.each<[string, Json, Json, string]>([
    [
      "for a job that is not there",
      { name: `${LOCATION}/jobs/other` },
      {},
      "NOT_FOUND: Resource 'other' of kind 'JOB' in region 'us-central1' in project 'demo-project' does not exist.",
    ],
    [
      "for a name that is none",
      { name: "jobs/agent" },
      {},
      'INVALID_ARGUMENT: Invalid resource name: "jobs/agent".',
    ],
    [
      "for another region's job",
      { name: JOB.replace("us-central1", "us-east1") },
      {},
      "NOT_FOUND: Resource 'agent' of kind 'JOB' in region 'us-east1' in project 'demo-project' does not exist.",
    ],
    [
      "without containers",
      { template: {} },
      {},
      "INVALID_ARGUMENT: Violation in UpdateJobRequest.job.template.template.containers: there must be 1 to 10 containers.",
    ],
    [
      "for an account that nobody knows",
      { template: template({ serviceAccount: "nobody@demo-project.iam.gserviceaccount.com" }) },
      {},
      "PERMISSION_DENIED: Permission 'iam.serviceaccounts.actAs' denied on service account nobody@demo-project.iam.gserviceaccount.com (or it may not exist).",
    ],
    [
      "where a missing job's name could be none",
      { name: `${LOCATION}/jobs/Agent` },
      { allowMissing: true },
      "INVALID_ARGUMENT: Violation in UpdateJobRequest.job_id: only lowercase, digits, and hyphens; must begin with letter, and cannot end with hyphen; must be less than 64 characters.",
    ],
    [
      "for what is not modelled",
      { binaryAuthorization: { useDefault: true } },
      {},
      "UNIMPLEMENTED: The emulator does not model Job.binaryAuthorization.",
    ],
  ])("%s", async (_sentence, job, request, refusal) => {
    await cloud.createReady();
    expect(await refusalOf(job, request)).toBe(refusal);
    expect((await get()).generation).toBe("1");
  });

  test("with the etag of before an earlier update", async () => {
    await cloud.createReady();
    const { etag } = await get();
    await outcomeOf(await update());
    expect(await refusalOf({ etag })).toMatch(/^ABORTED: Conflict for resource 'agent': version '/);
  });

  test("while the job is being deleted", async () => {
    await cloud.createReady();
    await cloud.ask("Jobs.DeleteJob", { name: JOB });
    expect(await refusalOf({})).toBe("FAILED_PRECONDITION: Resource 'agent' is being deleted.");
  });
});
