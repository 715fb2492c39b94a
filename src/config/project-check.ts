import { join } from "node:path";
import type { z } from "zod";
import { ConfigError } from "../errors.ts";
import { type AgentNeeds, checkAgent } from "./agent-check.ts";
import { agentNames } from "./agent-names.ts";
import { type TableProblem, tableProblems } from "./check-table.ts";
import { readEnvironment } from "./environment-file.ts";
import { loadRunConfig } from "./load-config.ts";
import {
  environmentFileSchema,
  localFileSchema,
  projectFileSchema,
} from "./project-file-schema.ts";
import { type ProjectFiles, projectTable } from "./project-table.ts";
import { checkTable } from "./check-table.ts";
import { findToml, snakeCaseKeys, type Table } from "./toml-file.ts";

/** What all files of a project say together. */
export type ProjectCheck = {
  /** Everything that must be corrected before anything can run. */
  readonly problems: readonly TableProblem[];
  /** What is allowed, and perhaps not meant. */
  readonly notes: readonly string[];
  /** Complete only when there are no problems. */
  readonly agents: readonly AgentNeeds[];
  /** Ref of the credential that signs in to Google Cloud; undefined without a `[cloud]` section. */
  readonly signIn: string | undefined;
};

/** Reads every configuration file of the project strictly and collects all problems, without stopping at the first. */
export async function checkProject(files: ProjectFiles): Promise<ProjectCheck> {
  const own = await ownFileProblems(files);
  const names = await agentNames(files.project);
  const { table, file } = own.length === 0 ? await projectTable(files) : EMPTY;
  const project = checkedTable(table, file);
  const checks = await Promise.all(
    names.map((name) => checkAgent({ project: files.project, name, table: project.table })),
  );
  const problems = [...own, ...project.problems, ...checks.flatMap((check) => check.problems)];
  const agents = checks.map(({ needs }) => needs);
  const runs = problems.length === 0 ? await runProblems(files, project.table, agents) : [];
  return {
    problems: [...problems, ...runs, ...scaleProblems(project.table, agents)],
    notes: [...checks.flatMap(({ notes }) => notes), ...projectNotes(project.table, agents)],
    agents,
    signIn: signInRef(project.table),
  };
}

const EMPTY = { table: {}, file: "config.toml" };

/** Each file by itself: its keys and its values. */
async function ownFileProblems(files: ProjectFiles): Promise<TableProblem[]> {
  const local = join(files.project, ".env.toml");
  const config = await readable(() => findToml(join(files.project, "config.toml")));
  const chosen = await readable(() => findToml(local));
  const name = files.environment ?? chosen.value?.environment;
  const environment =
    typeof name === "string"
      ? await readable(() => readEnvironment(files.environments, name))
      : { value: undefined, problems: [] };
  return [
    ...config.problems,
    ...fileProblems(projectFileSchema, config.value, join(files.project, "config.toml")),
    ...chosen.problems,
    ...fileProblems(localFileSchema, chosen.value, local),
    ...environment.problems,
    ...fileProblems(
      environmentFileSchema,
      environment.value?.table,
      environment.value?.path ?? "",
    ),
  ];
}

type Readable<T> = { readonly value: T | undefined; readonly problems: readonly TableProblem[] };

/** A file that cannot be read is one problem among others here. */
async function readable<T>(read: () => Promise<T>): Promise<Readable<T>> {
  try {
    return { value: await read(), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { value: undefined, problems: [problemOf(error)] };
  }
}

const problemOf = ({ message, why, remedy }: ConfigError): TableProblem => ({
  what: why === undefined ? message : `${message}: ${why}`,
  remedy,
});

function fileProblems(schema: z.ZodType, table: Table | undefined, file: string): TableProblem[] {
  if (table === undefined) return [];
  const cloud = "cloud" in table ? { cloud: snakeCaseKeys(table.cloud) } : {};
  return tableProblems(schema, { ...table, ...cloud }, { file });
}
