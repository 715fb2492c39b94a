import type { Google } from "../gcp/google.ts";
import { GoogleCallError } from "../gcp/google-call-error.ts";
import type { StoredSecret } from "../gcp/secret-manager.ts";
import type { Job } from "../gcp/types.ts";
import { regionsOf } from "../mapping/secret-notes.ts";
import type { Report } from "./events.ts";

/** The jobs of every region in which one of the secrets may be used, and of the configured one. */
export type JobsByRegion = {
  readonly jobs: readonly Job[];
  /** The regions that could be looked at. */
  readonly regions: readonly string[];
};

/**
 * Lists jobs wherever the secrets say that they may be used.
 * @throws GoogleCallError when the configured region cannot be looked at; another one is reported and left out
 */
export async function listJobsOf(
  secrets: readonly StoredSecret[],
  google: Google,
  report: Report,
): Promise<JobsByRegion> {
  const own = google.location.region;
  const used = secrets.flatMap(({ annotations }) => regionsOf(annotations));
  const regions = [...new Set([own, ...used])].sort();
  const client = await google.jobs();
  const found = await Promise.all(
    regions.map(async (region) => {
      try {
        return { region, jobs: await client.in(region).listJobs() };
      } catch (error) {
        if (region === own || !(error instanceof GoogleCallError)) throw error;
        report({ kind: "warning", text: `the jobs of ${region} cannot be seen: ${error.detail}` });
        return undefined;
      }
    }),
  );
  const seen = found.filter((one) => one !== undefined);
  return { jobs: seen.flatMap(({ jobs }) => jobs), regions: seen.map(({ region }) => region) };
}
