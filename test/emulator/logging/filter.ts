import type { Json } from "../core/handler.ts";
import { comparedValues, textsIn, typeOfField, valuesAt } from "./entry-fields.ts";
import { invalid } from "./filter-error.ts";
import { valueTest } from "./filter-operators.ts";
import { type Expression, type Operand, type Operator, parseExpression } from "./filter-parser.ts";

/** Whether a LogEntry (proto3 JSON) matches. */
export type EntryFilter = (entry: Json) => boolean;

// google/logging/v2/logging.proto, ListLogEntriesRequest.filter
const LONGEST_FILTER = 20_000;

/**
 * Understands a filter of the Logging query language, or throws INVALID_ARGUMENT:
 * https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function parseFilter(filter: string): EntryFilter {
  if (filter.length > LONGEST_FILTER) {
    throw invalid(
      `Filter of ${filter.length} characters exceeds the maximum length of ${LONGEST_FILTER}`,
    );
  }
  const expression = parseExpression(filter);
  return expression === undefined ? () => true : compile(expression);
}

function compile(expression: Expression): EntryFilter {
  switch (expression.kind) {
    case "and": {
      const parts = expression.of.map(compile);
      return (entry) => parts.every((part) => part(entry));
    }
    case "or": {
      const parts = expression.of.map(compile);
      return (entry) => parts.some((part) => part(entry));
    }
    case "not": {
      const part = compile(expression.of);
      return (entry) => !part(entry);
    }
    case "search":
      return (entry) => contains(entry, expression.text);
    case "call":
      return compileCall(expression.name, expression.args);
    case "comparison":
      return compileComparison(expression);
  }
}

function compileComparison(comparison: {
  path: readonly string[];
  operator: Operator;
  operand: Operand;
}): EntryFilter {
  const { path, operator, operand } = comparison;
  const type = typeOfField(path);
  if (operand.kind === "not") {
    const part = compileComparison({ path, operator, operand: operand.of });
    return (entry) => !part(entry);
  }
  if (operand.kind !== "value") {
    const parts = operand.of.map((one) => compileComparison({ path, operator, operand: one }));
    if (operand.kind === "all") return (entry) => parts.every((part) => part(entry));
    return (entry) => parts.some((part) => part(entry));
  }
  // "To test if a missing or defaulted field exists … use the :* comparison."
  if (operator === ":" && operand.text === "*" && !operand.quoted) {
    return (entry) => valuesAt(entry, path).length > 0;
  }
  const test = valueTest({ type, operator, text: operand.text, quoted: operand.quoted });
  // "All comparisons using missing fields fail silently."
  // https://cloud.google.com/logging/docs/view/logging-query-language#missing_fields
  return (entry) => comparedValues(entry, { path, type }).some(test);
}

// https://cloud.google.com/logging/docs/view/logging-query-language#functions
function compileCall(name: string, args: readonly (readonly string[])[]): EntryFilter {
  const words = args.map((arg) => arg.join("."));
  if (name.toLowerCase() === "log_id" && words.length === 1) {
    const suffix = `/logs/${encodeURIComponent(words[0] ?? "")}`.toLowerCase();
    return (entry) => String(entry.logName).toLowerCase().endsWith(suffix);
  }
  if (name.toUpperCase() === "SEARCH" && (words.length === 1 || words.length === 2)) {
    const path = words.length === 2 ? (args[0] ?? []) : [];
    if (path.length > 0) typeOfField(path);
    const sought = (words.at(-1) ?? "").split(/\s+/).filter(Boolean);
    return (entry) => sought.every((word) => contains(valuesAt(entry, path), word));
  }
  throw invalid(`Unsupported function: '${name}' with ${args.length} arguments`);
}

function contains(value: unknown, text: string): boolean {
  const folded = text.toLowerCase();
  for (const inner of textsIn(value)) if (inner.toLowerCase().includes(folded)) return true;
  return false;
}
