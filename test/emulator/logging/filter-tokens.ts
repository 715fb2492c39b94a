import { unparseable } from "./filter-error.ts";

type TokenKind = "text" | "string" | "op" | "(" | ")" | "," | "-" | "." | "end";

export type Token = {
  readonly kind: TokenKind;
  /** The text itself; of a quoted string, what it stands for. */
  readonly text: string;
  readonly offset: number;
  /** Whether blank space stands before it: `a.b` is one path, `a .b` is not. */
  readonly spaced: boolean;
};

const SKIPPED = /(?:\s+|--[^\n]*)+/y;
const OPERATOR = /!=|>=|<=|=~|!~|[=<>:]/y;
const PUNCTUATION = /[(),.]/y;
const MINUS = /-/y;
// Unquoted text holds no character that the grammar uses otherwise.
const TEXT = /[^\s()<>=!:~"',.-][^\s()<>=!:~"',.]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![^\s()<>=!:~"',])/y;

/** Cuts a filter into words: https://cloud.google.com/logging/docs/view/logging-query-language#syntax */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < filter.length) {
    const gap = match(SKIPPED, filter, offset);
    offset += gap.length;
    if (offset >= filter.length) break;
    const spaced = gap !== "" || tokens.length === 0;
    const { kind, text, length } = next(filter, offset, { spaced, last: tokens.at(-1)?.kind });
    tokens.push({ kind, text, offset, spaced });
    offset += length;
  }
  return [...tokens, { kind: "end", text: "", offset: filter.length, spaced: true }];
}

function next(
  filter: string,
  offset: number,
  before: { spaced: boolean; last: TokenKind | undefined },
): { kind: TokenKind; text: string; length: number } {
  const quote = filter[offset];
  if (quote === '"' || quote === "'") return quoted(filter, offset, quote);
  const number = before.last === "op" ? match(NUMBER, filter, offset) : "";
  if (number !== "") return { kind: "text", text: number, length: number.length };
  const operator = match(OPERATOR, filter, offset);
  if (operator !== "") return { kind: "op", text: operator, length: operator.length };
  const mark = match(PUNCTUATION, filter, offset);
  if (mark !== "") return { kind: mark as TokenKind, text: mark, length: 1 };
  if (match(MINUS, filter, offset) !== "") return { kind: "-", text: "-", length: 1 };
  const text = match(TEXT, filter, offset);
  if (text === "") throw unparseable(filter, { offset, text: filter[offset] ?? "" });
  return { kind: "text", text, length: text.length };
}

function quoted(
  filter: string,
  offset: number,
  quote: '"' | "'",
): { kind: TokenKind; text: string; length: number } {
  let text = "";
  let at = offset + 1;
  while (at < filter.length && filter[at] !== quote) {
    const escaped = match(ESCAPE, filter, at);
    text += escaped === "" ? filter[at] : unescaped(escaped);
    at += escaped === "" ? 1 : escaped.length;
  }
  if (at >= filter.length) throw unparseable(filter, { offset, text: quote });
  return { kind: "string", text, length: at + 1 - offset };
}

const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3}|[\s\S])/y;
const PLAIN_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "?": "?",
};

function unescaped(escaped: string): string {
  const body = escaped.slice(1);
  if (/^[xu]./.test(body)) return String.fromCharCode(Number.parseInt(body.slice(1), 16));
  if (/^[0-7]{3}$/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
  // A backslash that starts no escape stays, which is what regular expressions such as "\d+" rely on.
  return PLAIN_ESCAPES[body] ?? escaped;
}

function match(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? "";
}
