import { parseShellLine, type ShellCommand } from "./shell-line.ts";

/** The lines of the indented block below the line that begins so. */
export function indentedBlockBelow(markdown: string, beginning: string): readonly string[] {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => line.startsWith(beginning));
  if (start < 0) throw new Error(`No line begins with: ${beginning}`);
  const below = lines.slice(start + 1);
  const first = below.findIndex((line) => line.startsWith("    "));
  const block = below.slice(first);
  const end = block.findIndex((line) => !line.startsWith("    "));
  return block.slice(0, end < 0 ? undefined : end).map((line) => line.trim());
}

/** A command that a document shows. `mention` is one in the middle of a sentence, which may leave arguments out. */
export type Shown = { readonly words: readonly string[]; readonly kind: "block" | "mention" };

const FENCED = /^```.*\n([\s\S]*?)^```$/gm;
const INDENTED = /^(?: {4}|\t).+$/gm;
const INLINE = /`([^`]+)`/g;

/** The commands of one program in code blocks and inline code; `a|b` in a mention stands for each of the two. */
export function commandsShown(markdown: string, program: string): readonly Shown[] {
  const fenced = [...markdown.matchAll(FENCED)].flatMap(([, code = ""]) => code.split("\n"));
  const prose = markdown.replaceAll(FENCED, "");
  const indented = (prose.match(INDENTED) ?? []).map((line) => line.trim());
  const inline = [...prose.replaceAll(INDENTED, "").matchAll(INLINE)].map(([, code = ""]) => code);
  const inBlocks = [...fenced, ...indented].flatMap((line) => parseShellLine(line).commands);
  const mentioned = inline.flatMap((code) => parseShellLine(code.replaceAll("\n", " ")).commands);
  const isOurs = ({ words }: ShellCommand): boolean => words[0] === program;
  return [
    ...inBlocks.filter(isOurs).map(({ words }) => ({ words, kind: "block" as const })),
    ...mentioned
      .filter(isOurs)
      .flatMap(({ words }) => alternatives(words))
      .map((words) => ({ words, kind: "mention" as const })),
  ];
}

const alternatives = (words: readonly string[]): string[][] =>
  words.reduce<string[][]>(
    (all, word) => word.split("|").flatMap((one) => all.map((before) => [...before, one])),
    [[]],
  );
