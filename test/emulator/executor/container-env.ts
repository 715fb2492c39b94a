import type { ContainerRun } from "./executor.ts";

const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The run's own environment and the three variables a container has without being told. */
export function containerEnv(run: ContainerRun, metadataHost: string): Record<string, string> {
  const GCE_METADATA_HOST = run.metadataHost ?? metadataHost;
  return { PATH: STANDARD_PATH, HOME: "/", GCE_METADATA_HOST, ...run.env };
}
