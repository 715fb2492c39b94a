import { join } from "node:path";
import { ConfigError, UsageError } from "../errors.ts";
import { findToml, type Table } from "./toml-file.ts";

/**
 * The environment of that name below the environments directory.
 * @throws UsageError for an impossible name; ConfigError when there is no such file or it is not TOML
 */
export async function readEnvironment(
  directory: string,
  name: string,
): Promise<{ path: string; table: Table }> {
  const path = environmentFile(directory, name);
  const table = await findToml(path);
  if (table === undefined) throw missingEnvironment(name, path);
  return { path, table };
}

/** @throws UsageError for an impossible name */
export function environmentFile(directory: string, name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return join(directory, `${name}.toml`);
  throw new UsageError({
    what: `${JSON.stringify(name)} cannot be an environment's name`,
    why: "it may hold letters, digits, dots, dashes and underscores, and begins with a letter or digit",
    remedy: "Give the name of a file in the environments directory, without .toml.",
  });
}

/** The refusal for an environment that is chosen and not there. */
export const missingEnvironment = (name: string, path: string): ConfigError =>
  new ConfigError({
    what: `The environment "${name}" does not exist`,
    why: `there is no file ${path}`,
    remedy: `Create ${path} with a [cloud] section, or choose another environment with -E.`,
  });
