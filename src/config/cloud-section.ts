import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "smol-toml";
import { ConfigError } from "../errors.ts";
import { isTable, type Table } from "./toml-file.ts";

/** The `[cloud]` table as text. */
const cloudSectionText = (cloud: Table): string => stringify({ cloud }).trimEnd();

/** A file's text with another `[cloud]`. */
export type CloudSectionChange = {
  readonly text: string;
  /** Comments that stood inside of what was replaced, without the lines' values. */
  readonly lostComments: readonly string[];
};

/**
 * Puts the `[cloud]` table in the place of the one that is there, and leaves every other line as it is, its end (LF or CRLF) too.
 * @throws ConfigError when the text is not TOML, or is written in a way that cannot be changed without touching more
 */
export function withCloudSection(text: string, cloud: Table, file: string): CloudSectionChange {
  const section = cloudSectionText(cloud);
  const before = parsed(text, file);
  const { kept, at, removed } = withoutCloud(text.split("\n"));
  const end = text.includes("\r\n") ? "\r" : "";
  const head = trimBlankEnd(kept.slice(0, at));
  const tail = kept.slice(at);
  const own = [...(head.length === 0 ? [] : [""]), ...section.split("\n"), ...gap(tail)];
  const lines = [...ended(head, end), ...own.map((line) => line + end), ...tail];
  const result = `${lines.join("\n").trimEnd()}${end}\n`;
  // Whatever way of writing TOML was overlooked: the meaning decides.
  if (!isDeepStrictEqual(meaning(result), plain({ ...before, cloud }))) throw byHand(file, section);
  return { text: result, lostComments: removed.flatMap(commentOf) };
}

/** The lines of other tables, and where the section stood or is to stand. */
function withoutCloud(lines: readonly string[]): {
  kept: string[];
  at: number;
  removed: string[];
} {
  const kept: string[] = [];
  const removed: string[] = [];
  let section: string[] | undefined;
  let at: number | undefined;
  const close = (): void => {
    // Comments at a section's end are about what follows.
    const last = (section ?? []).findLastIndex((line) => !/^\s*(#.*)?\s*$/.test(line));
    removed.push(...(section ?? []).slice(0, last + 1));
    kept.push(...(section ?? []).slice(last + 1));
  };
  for (const line of lines) {
    if (/^\s*\[/.test(line)) {
      close();
      section = /^\s*\[\s*cloud\s*[.\]]/.test(line) ? [] : undefined;
      if (section !== undefined) at ??= kept.length;
    }
    if (section === undefined) kept.push(line);
    else section.push(line);
  }
  close();
  return { kept, at: at ?? kept.length, removed };
}

/** A `#` inside of a text is no comment. */
function commentOf(line: string): string[] {
  const comment = /^(?:"(?:\\.|[^"\\])*"|'[^']*'|[^#"'])*(#.*)/.exec(line)?.[1];
  return comment === undefined ? [] : [comment.trim()];
}

/** A last line without an end gets one. */
const ended = (lines: readonly string[], end: string): string[] =>
  lines.map((line, index) =>
    index === lines.length - 1 && !line.endsWith(end) ? line + end : line,
  );

const gap = (tail: readonly string[]): string[] =>
  tail[0] === undefined || tail[0].trim() === "" ? [] : [""];

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
