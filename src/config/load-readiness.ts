import { checkTable } from "./check-table.ts";
import type { RunConfig } from "./config.ts";
import { loadRunConfig } from "./load-config.ts";
import { type CloudPlace, loadPlace } from "./load-place.ts";
import { type ProjectFiles, projectTable } from "./project-table.ts";
import { cloudSchema } from "./schema.ts";

/** Everything of a project's files that a Google Cloud project is held against. */
export type ReadinessConfig = {
  readonly place: CloudPlace;
  /** As written: the address of the repository for agents' images. */
  readonly artifactRegistry: string | undefined;
  readonly agents: readonly RunConfig[];
};

/**
 * Reads what these agents need of Google Cloud.
 * @throws UsageError for an unknown agent; ConfigError for everything that the files say wrongly or not at all
 */
export async function loadReadiness(
  files: ProjectFiles,
  agents: readonly string[],
): Promise<ReadinessConfig> {
  const place = await loadPlace(files);
  const { table, file } = await projectTable(files);
  const cloud = checkTable(cloudSchema, table.cloud ?? {}, { file, section: "cloud" });
  return {
    place,
    artifactRegistry: cloud.artifact_registry,
    agents: await Promise.all(agents.map((agent) => loadRunConfig({ ...files, agent }))),
  };
}
