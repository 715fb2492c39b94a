import { readFile } from "node:fs/promises";
import { SKILL_KEYS } from "./agent-file-schema.ts";
import type { TableProblem } from "./check-table.ts";

/** What is wrong with the header of a SKILL.md: the lines between two `---`, whose keys stand at the line's beginning. */
export async function skillProblems(file: string): Promise<TableProblem[]> {
  const lines = (await readFile(file, "utf8")).replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines[0]?.trim() !== "---") return [];
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === "---");
  if (end < 0) {
    return [
      {
        what: `${file}: the header that --- opens has no end`,
        remedy: `Add a line --- after the header in ${file}.`,
      },
    ];
  }
  const unknown = lines
    .slice(1, end)
    .map((line) => /^([^\s#:][^:]*):(\s|$)/.exec(line)?.[1])
    .filter((key) => key !== undefined && !SKILL_KEYS.includes(key));
  return unknown.map((key) => ({
    what: `${file}: ${key} is not a key that is known in the header`,
    remedy: `Remove ${key} from the header of ${file}; its keys are: ${SKILL_KEYS.join(", ")}.`,
  }));
}
