/** One command of a line: its words without quotes, and the file that its output goes to. */
export type ShellCommand = { readonly words: readonly string[]; readonly into?: string };

/** A line as a person types it, and what it says behind `#`. */
export type ShellLine = { readonly commands: readonly ShellCommand[]; readonly comment: string };

const CODE_AND_COMMENT = /^((?:"[^"]*"|'[^']*'|[^"'#]|(?<=\S)#)*)#(.*)$/;
const WORD = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
const SEPARATORS = ["&&", ";", "|"];

/** Reads what documents show: words, quotes, `&&`, `;`, `|`, `< file`, `> file` and comments. `<agent>` is a word. */
export function parseShellLine(line: string): ShellLine {
  const [, code = line, comment = ""] = CODE_AND_COMMENT.exec(line) ?? [];
  const parts: string[][] = [[]];
  for (const word of code.replaceAll(/;(?=\s|$)/g, " ;").match(WORD) ?? []) {
    if (SEPARATORS.includes(word)) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  const commands = parts.filter(({ length }) => length > 0).map(commandOf);
  return { commands, comment: comment.trim() };
}

function commandOf(tokens: readonly string[]): ShellCommand {
  const isRedirect = (token: string | undefined): boolean => token === "<" || token === ">";
  const words = tokens
    .filter((token, index) => !isRedirect(token) && !isRedirect(tokens[index - 1]))
    .map((token) => token.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
  const out = tokens.indexOf(">");
  const into = out < 0 ? undefined : tokens[out + 1];
  return { words, ...(into === undefined ? {} : { into }) };
}
