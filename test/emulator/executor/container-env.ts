import type { ContainerRun } from "./executor.ts";

const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The run's own environment and the three variables a container has without being told. */
export function containerEnv(run: ContainerRun, metadataHost: string): Record<string, string> {
  const GCE_METADATA_HOST = run.metadataHost ?? metadataHost;
  const env = { PATH: STANDARD_PATH, HOME: "/", GCE_METADATA_HOST, ...run.env };
  const broken = Object.entries(env).find(([, value]) => value.includes("\0"));
  // The runtime's own error would quote the value, which may be a secret.
  if (broken !== undefined)
    throw new Error(`the container did not start: the variable ${broken[0]} holds a NUL character`);
  return env;
}
