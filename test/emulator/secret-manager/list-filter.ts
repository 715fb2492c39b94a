import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

/** Says whether a resource (proto3 JSON) is in the list. */
export type ListFilter = (resource: Json) => boolean;

// Fields of https://cloud.google.com/secret-manager/docs/filtering that are modelled; the rest is refused.
const TOKEN =
  /\s*(?:(\()|(\))|([A-Za-z_][\w.-]*)\s*(!=|<=|>=|=|:|<|>)\s*("(?:[^"\\]|\\.)*"|[^\s()]+)|(AND|OR|NOT|-)(?=[\s(A-Za-z]))/y;

type Token =
  | { kind: "open" | "close" | "AND" | "OR" | "NOT" }
  | { kind: "term"; accepts: ListFilter };

/** Parses a list filter. As https://google.aip.dev/160 rules, OR binds more tightly than AND. */
export function parseListFilter(filter: unknown): ListFilter {
  const text = String(filter ?? "").trim();
  if (text === "") return () => true;
  const tokens = tokensOf(text);
  const accepts = conjunction(tokens);
  if (tokens.length > 0) throw unreadable();
  return accepts;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (found === null) throw unreadable();
    const [, open, close, field, operator, value, word] = found;
    if (open !== undefined) tokens.push({ kind: "open" });
    else if (close !== undefined) tokens.push({ kind: "close" });
    else if (word !== undefined)
      tokens.push({ kind: word === "AND" || word === "OR" ? word : "NOT" });
    else
      tokens.push({
        kind: "term",
        accepts: comparison(field ?? "", operator ?? "", unquoted(value ?? "")),
      });
  }
  return tokens;
}

function conjunction(tokens: Token[]): ListFilter {
  const parts = [disjunction(tokens)];
  while (tokens.length > 0 && tokens[0]?.kind !== "close") {
    // Terms side by side mean AND.
    if (tokens[0]?.kind === "AND") tokens.shift();
    parts.push(disjunction(tokens));
  }
  return (resource) => parts.every((accepts) => accepts(resource));
}

function disjunction(tokens: Token[]): ListFilter {
  const parts = [factor(tokens)];
  while (tokens[0]?.kind === "OR") {
    tokens.shift();
    parts.push(factor(tokens));
  }
  return (resource) => parts.some((accepts) => accepts(resource));
}

function factor(tokens: Token[]): ListFilter {
  const token = tokens.shift();
  if (token?.kind === "term") return token.accepts;
  if (token?.kind === "NOT") {
    const accepts = factor(tokens);
    return (resource) => !accepts(resource);
  }
  if (token?.kind !== "open") throw unreadable();
  const inner = conjunction(tokens);
  if (tokens.shift()?.kind !== "close") throw unreadable();
  return inner;
}

function comparison(field: string, operator: string, value: string): ListFilter {
  if (field === "name" && operator === ":") return ({ name }) => String(name).includes(value);
  if (field === "name" && operator === "=") return ({ name }) => name === value;
  if (field === "labels" && operator === ":") return ({ labels }) => value in (labels ?? {});
  const key = /^labels\.(.+)$/.exec(field)?.[1];
  if (key !== undefined) return equality((resource) => resource.labels?.[key], operator, value);
  if (field === "state") return equality((resource) => resource.state, operator, value);
  if (field === "create_time" || field === "createTime") return before(operator, value);
  throw unreadable();
}

function equality(read: (resource: Json) => unknown, operator: string, value: string): ListFilter {
  if (operator === ":" && value === "*") return (resource) => read(resource) !== undefined;
  if (operator === ":" || operator === "=") return (resource) => read(resource) === value;
  if (operator === "!=") return (resource) => read(resource) !== value;
  throw unreadable();
}

function before(operator: string, value: string): ListFilter {
  const limit = Date.parse(value);
  const accepts = {
    "<": (time: number) => time < limit,
    "<=": (time: number) => time <= limit,
    ">": (time: number) => time > limit,
    ">=": (time: number) => time >= limit,
  }[operator];
  if (accepts === undefined || Number.isNaN(limit)) throw unreadable();
  return ({ createTime }) => accepts(Date.parse(createTime));
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;

const unreadable = (): GoogleError =>
  new GoogleError(
    "INVALID_ARGUMENT",
    "The filter is not valid, or names a field that cannot be filtered on.",
  );
