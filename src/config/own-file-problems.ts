import { join } from "node:path";
import type { z } from "zod";
import { AlError } from "../errors.ts";
import { type TableProblem, tableProblems } from "./check-table.ts";
import { readEnvironment } from "./environment-file.ts";
import {
  environmentFileSchema,
  localFileSchema,
  projectFileSchema,
} from "./project-file-schema.ts";
import type { ProjectFiles } from "./project-table.ts";
import { findToml, snakeCaseKeys, type Table } from "./toml-file.ts";

/** What is wrong with config.toml, .env.toml and the chosen environment file, each by itself: keys and values. */
export async function ownFileProblems(files: ProjectFiles): Promise<TableProblem[]> {
  const base = join(files.project, "config.toml");
  const local = join(files.project, ".env.toml");
  const config = await readable(() => findToml(base));
  const chosen = await readable(() => findToml(local));
  const name = files.environment ?? chosen.value?.environment;
  const environment: Readable<{ path: string; table: Table }> =
    typeof name === "string"
      ? await readable(() => readEnvironment(files.environments, name))
      : { value: undefined, problems: [] };
  return [
    ...config.problems,
    ...fileProblems(projectFileSchema, config.value, base),
    ...chosen.problems,
    ...fileProblems(localFileSchema, chosen.value, local),
    ...environment.problems,
    ...fileProblems(environmentFileSchema, environment.value?.table, environment.value?.path ?? ""),
  ];
}

type Readable<T> = { readonly value: T | undefined; readonly problems: readonly TableProblem[] };

/** What was read, or the refusal as one problem among others. */
export async function readable<T>(read: () => Promise<T>): Promise<Readable<T>> {
  try {
    return { value: await read(), problems: [] };
  } catch (error) {
    return { value: undefined, problems: [problemOf(error)] };
  }
}

/** A refusal as one problem among others; what is no refusal goes on. */
export function problemOf(error: unknown): TableProblem {
  if (!(error instanceof AlError)) throw error;
  const { message, why, remedy } = error;
  return { what: why === undefined ? message : `${message}: ${why}`, remedy };
}

function fileProblems(schema: z.ZodType, table: Table | undefined, file: string): TableProblem[] {
  if (table === undefined) return [];
  const cloud = "cloud" in table ? { cloud: snakeCaseKeys(table.cloud) } : {};
  return tableProblems(schema, { ...table, ...cloud }, { file });
}
