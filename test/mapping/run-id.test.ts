import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatRunAddress, jobIdOfExecution, parseRunAddress } from "../../src/mapping/run-id.ts";
import { refusal } from "../refusal.ts";

const region = fc.constantFrom(
  ...[
    "us-central1",
    "europe-west12",
    "northamerica-northeast2",
    "australia-southeast1",
    "me-central2",
  ],
);
const jobId = fc.stringMatching(/^al-[a-z0-9]([a-z0-9-]{0,35}[a-z0-9])?-[0-9a-f]{8}$/);
const suffix = fc.stringMatching(/^[a-z0-9]{5}$/);

describe("a run's address", () => {
  test("is written as region and execution", () =>
    expect(formatRunAddress({ region: "us-central1", execution: "al-hello-1a2b3c4d-x7k2p" })).toBe(
      "us-central1/al-hello-1a2b3c4d-x7k2p",
    ));

  test("is read as it was written", () =>
    fc.assert(
      fc.property(region, jobId, suffix, (where, job, end) => {
        const address = { region: where, execution: `${job}-${end}` };
        expect(parseRunAddress(formatRunAddress(address))).toEqual(address);
      }),
    ));

  test("names its job", () =>
    fc.assert(
      fc.property(jobId, suffix, (job, end) => {
        expect(jobIdOfExecution(`${job}-${end}`)).toBe(job);
      }),
    ));

  test.each([
    "",
    "us-central1",
    "us-central1/",
    "/al-hello-1a2b3c4d-x7k2p",
    "al-hello-1a2b3c4d-x7k2p",
    "us-central1/al-hello-1a2b3c4d",
    "us-central1/al-hello-1a2b3c4d-x7k2",
    "us-central1/al-hello-1a2b3c4d-x7k2p/tasks",
    "us-central1/../al-hello-1a2b3c4d-x7k2p",
    "us-central1/AL-hello-1a2b3c4d-x7k2p",
    "us-central1/1l-hello-1a2b3c4d-x7k2p",
    " us-central1/al-hello-1a2b3c4d-x7k2p",
    "us-central1/al-hello-1a2b3c4d-x7k2p\n",
    "us_central1/al-hello-1a2b3c4d-x7k2p",
    "projects/p/locations/us-central1/jobs/j/executions/j-x7k2p",
  ])("%j is none", async (text) =>
    expect(await refusal(() => parseRunAddress(text))).toBe(
      [
        "UsageError, exit 64",
        `what: ${JSON.stringify(text)} is not a run`,
        'why: a run is written as region/execution, for example "us-central1/al-hello-1a2b3c4d-x7k2p"',
        "remedy: Copy the run from what al run printed.",
      ].join("\n"),
    ),
  );
});
