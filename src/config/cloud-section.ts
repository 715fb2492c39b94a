import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "smol-toml";
import { ConfigError } from "../errors.ts";
import { isTable, type Table } from "./toml-file.ts";

/** The `[cloud]` table as text. */
const cloudSectionText = (cloud: Table): string => stringify({ cloud }).trimEnd();

/**
 * Writes the `[cloud]` table into a configuration file, in the place of the one that is there, and leaves every other line as it is.
 * The file is replaced at once, and made where there is none.
 * @throws ConfigError when the file is not TOML, or is written in a way that cannot be changed without touching more
 */
export async function writeCloudSection(file: string, cloud: Table): Promise<void> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  const replaced = withCloudSection(text, cloud, file);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const mode = await stat(file).then(
    (known) => known.mode & 0o777,
    () => 0o644,
  );
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(temporary, replaced, { mode });
  await rename(temporary, file);
}

/** @throws ConfigError */
export function withCloudSection(text: string, cloud: Table, file: string): string {
  const section = cloudSectionText(cloud);
  const before = parsed(text, file);
  const { kept, at } = withoutCloud(text.split("\n"));
  const head = trimBlankEnd(kept.slice(0, at));
  const tail = kept.slice(at);
  const lines = [...head, ...(head.length === 0 ? [] : [""]), section, ...gap(tail), ...tail];
  const result = `${lines.join("\n").trimEnd()}\n`;
  // Whatever way of writing TOML was overlooked: the meaning decides.
  if (isDeepStrictEqual(meaning(result), plain({ ...before, cloud }))) return result;
  throw byHand(file, section);
}

/** The lines of other tables, and where the section stood or is to stand. */
function withoutCloud(lines: readonly string[]): { kept: string[]; at: number } {
  const kept: string[] = [];
  let section: string[] | undefined;
  let at: number | undefined;
  for (const line of lines) {
    if (/^\s*\[/.test(line)) {
      kept.push(...remarksAfter(section ?? []));
      section = /^\s*\[\s*cloud\s*[.\]]/.test(line) ? [] : undefined;
      if (section !== undefined) at ??= kept.length;
    }
    if (section === undefined) kept.push(line);
    else section.push(line);
  }
  kept.push(...remarksAfter(section ?? []));
  return { kept, at: at ?? kept.length };
}

/** Comments at a section's end are about what follows. */
function remarksAfter(section: readonly string[]): string[] {
  const last = section.findLastIndex((line) => !/^\s*(#.*)?$/.test(line));
  return section.slice(last + 1);
}

const gap = (tail: readonly string[]): string[] =>
  tail[0] === undefined || tail[0] === "" ? [] : [""];

function trimBlankEnd(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, last + 1);
}

function parsed(text: string, file: string): Table {
  try {
    return parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new ConfigError(
      {
        what: `${file} is not valid TOML`,
        why,
        remedy: `Correct ${file}, and run the command again.`,
      },
      { cause },
    );
  }
}

const meaning = (text: string): unknown => {
  try {
    return plain(parse(text));
  } catch {
    // What was put together is no TOML: it is not what was meant.
    return undefined;
  }
};

/** Tables as plain objects: the parser's own have no prototype, and dates are compared as text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toJSON();
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const byHand = (file: string, section: string): ConfigError =>
  new ConfigError({
    what: `The [cloud] section of ${file} cannot be replaced`,
    why: "it is written in a way that al does not change, for example as an inline table",
    remedy: `Write into ${file} by hand:\n${section}`,
  });
