import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  gcloudCancel,
  gcloudJob,
  jobName,
  locationName,
  shortName,
} from "../../src/gcp/resource-names.ts";

const location = { project: "demo-project", region: "us-central1" };
const JOB = "projects/demo-project/locations/us-central1/jobs/al-reviewer-0a1b2c3d";
const EXECUTION = `${JOB}/executions/al-reviewer-0a1b2c3d-x7k2p`;

test.each([
  [
    "a region is the parent of jobs",
    locationName(location),
    "projects/demo-project/locations/us-central1",
  ],
  ["a job is below its region", jobName(location, "al-reviewer-0a1b2c3d"), JOB],
  ["an execution's id is the last segment", shortName(EXECUTION), "al-reviewer-0a1b2c3d-x7k2p"],
  ["so is a version's number", shortName("projects/1/secrets/al--x/versions/12"), "12"],
  ["a name of one segment is short already", shortName("12"), "12"],
  [
    "gcloud takes a job by id, region and project",
    gcloudJob(JOB),
    "al-reviewer-0a1b2c3d --region=us-central1 --project=demo-project",
  ],
  [
    "gcloud cancels an execution by id, region and project",
    gcloudCancel(EXECUTION),
    "gcloud run jobs executions cancel al-reviewer-0a1b2c3d-x7k2p --region=us-central1 --project=demo-project",
  ],
])("%s", (_sentence, given, expected) => expect(given).toBe(expected));

describe("names", () => {
  const segment = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const parts = fc.record({ project: segment, region: segment, id: segment });

  test("give their parts back", () =>
    fc.assert(
      fc.property(parts, ({ project, region, id }) => {
        const name = jobName({ project, region }, id);
        expect(shortName(name)).toBe(id);
        expect(gcloudJob(name)).toBe(`${id} --region=${region} --project=${project}`);
      }),
    ));

  test("of different jobs differ", () =>
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(jobName(one, one.id) === jobName(other, other.id)).toBe(same);
      }),
    ));
});
