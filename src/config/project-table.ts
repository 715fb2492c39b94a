import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import { overlayFiles } from "./cloud-overlay.ts";
import { environmentFile, missingEnvironment } from "./environment-file.ts";
import { findToml, type Table } from "./toml-file.ts";

/** Where a project's configuration lies. */
export type ProjectFiles = {
  readonly project: string;
  /** `-E` or AL_ENV; chosen before .env.toml's. */
  readonly environment: string | undefined;
  readonly environments: string;
};

/** One of the files that are laid over each other. */
export type Layer = {
  readonly kind: "project" | "local" | "environment";
  readonly file: string;
  /** Undefined when there is no such file. */
  readonly table: Table | undefined;
};

/** The layers, the lowest first, and the name of the environment that is the last of them. */
export type ProjectLayers = {
  readonly layers: readonly Layer[];
  readonly environment: string | undefined;
};

/**
 * config.toml, .env.toml, and the environment file if one is chosen; whether each is there is the caller's to judge.
 * @throws ConfigError for a file that is not TOML; UsageError for an environment's impossible name
 */
export async function findLayers(options: ProjectFiles): Promise<ProjectLayers> {
  const file = join(options.project, "config.toml");
  const localFile = join(options.project, ".env.toml");
  const base = await findToml(file);
  const own = await findToml(localFile);
  const { environment: chosen, projectName: _, ...local } = own ?? {};
  const layers: Layer[] = [
    { kind: "project", file, table: base },
    { kind: "local", file: localFile, table: own && local },
  ];
  const environment = options.environment ?? environmentName(chosen, localFile);
  if (environment === undefined) return { layers, environment };
  const path = environmentFile(options.environments, environment);
  const table = await findToml(path);
  return { layers: [...layers, { kind: "environment", file: path, table }], environment };
}

/**
 * config.toml, overlaid by .env.toml, overlaid by the environment file; `file` names them for messages.
 * @throws ConfigError for a file that is not TOML, and for an environment that does not exist; UsageError for an impossible name of one
 */
export async function projectTable(options: ProjectFiles): Promise<{ table: Table; file: string }> {
  const { layers, environment = "" } = await findLayers(options);
  const gone = layers.find(({ kind, table }) => kind === "environment" && table === undefined);
  if (gone !== undefined) throw missingEnvironment(environment, gone.file);
  return mergeLayers(layers);
}

/** What the layers say together; `file` names those that are there, and config.toml always. */
export function mergeLayers(layers: readonly Layer[]): { table: Table; file: string } {
  const there = layers.filter(({ kind, table }) => kind === "project" || table !== undefined);
  return {
    table: overlayFiles(there.map(({ table }) => table ?? {})),
    file: there.map(({ file }) => file).join(" with "),
  };
}

function environmentName(chosen: unknown, file: string): string | undefined {
  if (chosen === undefined || typeof chosen === "string") return chosen;
  throw new ConfigError({
    what: `${file}: environment must be a text in quotes`,
    remedy: `Write, for example: environment = "staging"`,
  });
}
