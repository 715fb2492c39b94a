import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import { type AgentNeeds, checkAgent } from "./agent-check.ts";
import { agentNames } from "./agent-names.ts";
import { type TableProblem, tableProblems } from "./check-table.ts";
import { mergedProject } from "./merged-project.ts";
import {
  environmentFileSchema,
  localFileSchema,
  projectFileSchema,
} from "./project-file-schema.ts";
import { type Layer, mergeLayers } from "./project-table.ts";
import { projectSchema } from "./schema.ts";
import type { Table } from "./toml-file.ts";

const SCHEMAS = {
  project: projectFileSchema,
  local: localFileSchema,
  environment: environmentFileSchema,
} as const;

/**
 * A project's agents, for setting up where they run: everything must be right but `[cloud]`, which is what is being written.
 * @throws ConfigError with all that is wrong elsewhere
 */
export async function agentsToSetUp(
  project: string,
  layers: readonly Layer[],
): Promise<AgentNeeds[]> {
  const others = layers.map((layer) => ({
    ...layer,
    table: layer.table && withoutCloud(layer.table),
  }));
  const merged = mergeLayers(others);
  const names = await agentNames(project);
  const own = others.flatMap(({ kind, file, table }) =>
    table === undefined ? [] : tableProblems(SCHEMAS[kind], table, { file }),
  );
  const checks = await Promise.all(
    names.map((name) => {
      const directory = join(project, "agents", name);
      return checkAgent({ directory, name, project: mergedProject(merged.table) });
    }),
  );
  refuse([
    // A problem that a file has by itself is not told twice.
    ...(own.length > 0 ? own : tableProblems(projectSchema, merged.table, { file: merged.file })),
    ...checks.flatMap(({ problems }) => problems),
  ]);
  return checks.map(({ needs }) => needs);
}

const withoutCloud = ({ cloud: _, ...others }: Table): Table => others;

function refuse(problems: readonly TableProblem[]): void {
  if (problems.length === 0) return;
  throw new ConfigError({
    what: problems.map(({ what }) => what).join("\n"),
    remedy: [...new Set(problems.map(({ remedy }) => remedy))].join("\n"),
  });
}
