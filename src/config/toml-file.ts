import { readFile } from "node:fs/promises";
import { parse, TomlError } from "smol-toml";
import { ConfigError } from "../errors.ts";

export type Table = { readonly [key: string]: unknown };

/**
 * The file's content, or undefined when there is no such file.
 * @throws ConfigError for a file that cannot be read or is not TOML
 */
export async function findToml(path: string): Promise<Table | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new ConfigError(
      {
        what: `${path} cannot be read`,
        why: error instanceof Error ? error.message : String(error),
        remedy: `Check that ${path} is a file that you may read.`,
      },
      { cause: error },
    );
  });
  return text === undefined ? undefined : parseToml(text, path);
}

function parseToml(text: string, path: string): Table {
  const table = parsed(text, path);
  refuseLostKey(table, { path, section: [] });
  return table;
}

/** An object's own key of this name gets lost where objects are copied, and with it a setting, in silence. */
const LOST_KEY = "__proto__";

function refuseLostKey(
  value: unknown,
  at: { readonly path: string; readonly section: readonly string[] },
): void {
  if (Array.isArray(value)) for (const item of value) refuseLostKey(item, at);
  if (!isTable(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key !== LOST_KEY) refuseLostKey(item, { ...at, section: [...at.section, key] });
    else throw lostKey(at.path, at.section.join("."));
  }
}

const lostKey = (path: string, section: string): ConfigError =>
  new ConfigError({
    what: `${path}: ${section === "" ? "" : `[${section}] `}${LOST_KEY} cannot be a key`,
    why: "JavaScript gives this name a meaning of its own",
    remedy: `Remove ${LOST_KEY} from ${path}, or choose another name.`,
  });

function parsed(text: string, path: string): Table {
  try {
    return parse(text);
  } catch (cause) {
    const where = cause instanceof TomlError ? `:${cause.line}:${cause.column}` : "";
    throw new ConfigError(
      {
        what: `${path}${where} is not valid TOML`,
        why: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
        remedy: `Correct that line of ${path}.`,
      },
      { cause },
    );
  }
}

/** Whether a value is a table, and no list or date. */
export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Lays one table over another: tables are merged, everything else (arrays too) is replaced. */
export function overlay(base: Table, top: Table): Table {
  const merged = Object.entries(top).map(([key, value]) => {
    const below = base[key];
    return [key, isTable(below) && isTable(value) ? overlay(below, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(merged) };
}

/** Writes camelCase keys as snake_case, because both spellings are met in `[cloud]` and `[cloudrun]`. */
export function snakeCaseKeys(table: unknown): unknown {
  if (!isTable(table)) return table;
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [snakeCase(key), value]));
}

const snakeCase = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
