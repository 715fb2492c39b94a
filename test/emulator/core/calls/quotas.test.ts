import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../start.ts";
import { rest } from "../../testing/rest.ts";
import { GoogleError } from "../google-error.ts";
import { Quotas } from "./quotas.ts";

const project = { id: "demo-project", number: "123456789012" };
const other = { id: "demo-two", number: "2" };
const RUN = "google.cloud.run.v2";
const SECRETS = "google.cloud.secretmanager.v1.SecretManagerService";

let nowMs = 0;
let quotas: Quotas;
beforeEach(() => {
  nowMs = 60_000;
  quotas = new Quotas({ now: () => nowMs, after: () => ({ cancel: () => undefined }) });
});

function refusalOf(method: string, { where = project, location = "us-central1" } = {}) {
  try {
    quotas.spend({ method, project: where, location });
  } catch (error) {
    if (error instanceof GoogleError) return error;
    throw error;
  }
  return undefined;
}

test.each([
  [`${RUN}.Jobs.GetJob`, 3000],
  ["google.longrunning.Operations.WaitOperation", 3000],
  [`${RUN}.Jobs.CreateJob`, 180],
  [`${RUN}.Executions.CancelExecution`, 180],
  [`${RUN}.Jobs.RunJob`, 180],
  [`${SECRETS}.ListSecretVersions`, 600],
  [`${SECRETS}.AddSecretVersion`, 600],
  [`${SECRETS}.AccessSecretVersion`, 90_000],
])("%s may be called %i times a minute", (method, perMinute) => {
  for (let call = 0; call < perMinute; call++) quotas.spend({ method, project, location: "r" });
  expect(refusalOf(method, { location: "r" })?.status).toBe("RESOURCE_EXHAUSTED");
  expect(refusalOf(method, { where: other, location: "r" })).toBeUndefined();
  nowMs += 60_000;
  expect(refusalOf(method, { location: "r" })).toBeUndefined();
});

test("the regions of Cloud Run count apart, and so do reads, writes and runs", () => {
  for (let call = 0; call < 180; call++) expect(refusalOf(`${RUN}.Jobs.RunJob`)).toBeUndefined();
  expect(refusalOf(`${RUN}.Jobs.RunJob`, { location: "europe-west1" })).toBeUndefined();
  expect(refusalOf(`${RUN}.Jobs.CreateJob`)).toBeUndefined();
  expect(refusalOf(`${RUN}.Jobs.GetJob`)).toBeUndefined();
  expect(refusalOf(`${RUN}.Jobs.RunJob`)).toMatchObject({ status: "RESOURCE_EXHAUSTED" });
});

describe("over the wire", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ executor: "simulate", log: () => undefined });
  });
  afterAll(() => emulator.close());

  test("the write too many is refused in Google's words, until the next minute or a reset", async () => {
    const deletion = (): ReturnType<typeof rest> =>
      rest(`${emulator.url}/v2/projects/demo-project/locations/us-central1/jobs/none`, {
        method: "DELETE",
      });
    // A minute that is not about to end, however slow the machine.
    const advanceMs = 60_000 - (Date.now() % 60_000);
    await rest(`${emulator.url}/emulator/clock`, { body: { advanceMs } });
    const statuses = await Promise.all(
      Array.from({ length: 180 }, async () => (await deletion()).status),
    );
    expect(new Set(statuses)).toEqual(new Set([404]));
    expect(await deletion()).toEqual({
      status: 429,
      body: {
        error: {
          code: 429,
          message:
            "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per region' of service 'run.googleapis.com' for consumer 'project_number:123456789012'.",
          status: "RESOURCE_EXHAUSTED",
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason: "RATE_LIMIT_EXCEEDED",
              domain: "googleapis.com",
              metadata: {
                service: "run.googleapis.com",
                consumer: "projects/123456789012",
                quota_location: "us-central1",
                quota_metric: "run.googleapis.com/write_regional",
                quota_limit: "WritePerMinutePerProjectRegion",
                quota_limit_value: "180",
              },
            },
          ],
        },
      },
    });
    await rest(`${emulator.url}/emulator/clock`, { body: { advanceMs: 60_000 } });
    expect((await deletion()).status).toBe(404);
  });

  test("relaxed or --quotas off, nothing is counted", async () => {
    const relaxed = await startEmulator({
      ...{ executor: "simulate", relaxed: true, log: () => undefined },
    });
    const read = async (): Promise<number> =>
      (
        await rest(`${relaxed.url}/v2/entries:list`, {
          body: { resourceNames: ["projects/demo-project"] },
        })
      ).status;
    const statuses = await Promise.all(Array.from({ length: 61 }, read));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await relaxed.close();
  });
});
