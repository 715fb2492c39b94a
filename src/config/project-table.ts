import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import { readEnvironment } from "./environment-file.ts";
import { findToml, overlay, snakeCaseKeys, type Table } from "./toml-file.ts";

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
  const localFile = join(options.project, ".env.toml");
  const base = await findToml(file);
  const own = await findToml(localFile);
  const { environment: chosen, projectName: _, ...local } = own ?? {};
  const name = options.environment ?? environmentName(chosen, localFile);
  const named = name === undefined ? undefined : await readEnvironment(options.environments, name);
  const layers = [base, local, named?.table].map((table) => sameSpelling(table ?? {}));
  const files = [file, own && localFile, named?.path].filter((path) => path !== undefined);
  return { table: layers.reduce(overlay), file: files.join(" with ") };
}

/** Both spellings of `[cloud]`'s keys are met; a layer must cover the one below whichever each uses. */
const sameSpelling = (table: Table): Table =>
  table.cloud === undefined ? table : { ...table, cloud: snakeCaseKeys(table.cloud) };

function environmentName(chosen: unknown, file: string): string | undefined {
  if (chosen === undefined || typeof chosen === "string") return chosen;
  throw new ConfigError({
    what: `${file}: environment must be a text in quotes`,
    remedy: `Write, for example: environment = "staging"`,
  });
}
