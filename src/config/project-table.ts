import { join } from "node:path";
import { readEnvironment } from "./environment-file.ts";
import { findToml, overlay, type Table } from "./toml-file.ts";

/** Where a project's configuration lies. */
export type ProjectFiles = {
  readonly project: string;
  /** `-E` or AL_ENV; chosen before .env.toml's. */
  readonly environment: string | undefined;
  readonly environments: string;
};

/**
 * config.toml, overlaid by .env.toml, overlaid by the environment file; `file` names them for messages.
 * @throws ConfigError for a file that is not TOML, and for an environment that does not exist; UsageError for an impossible name of one
 */
export async function projectTable(options: ProjectFiles): Promise<{ table: Table; file: string }> {
  const file = join(options.project, "config.toml");
  const base = await findToml(file);
  const {
    environment: chosen,
    projectName: _,
    ...local
  } = (await findToml(join(options.project, ".env.toml"))) ?? {};
  const name = options.environment ?? (typeof chosen === "string" ? chosen : undefined);
  const table = overlay(base ?? {}, local);
  if (name === undefined) return { table, file };
  const { path, table: environment } = await readEnvironment(options.environments, name);
  return { table: overlay(table, environment), file: `${file} with ${path}` };
}
