import type { FieldType } from "./entry-fields.ts";
import { textsIn } from "./entry-fields.ts";
import { invalid } from "./filter-error.ts";
import type { Operator } from "./filter-parser.ts";
import { parseLogTime } from "./log-time.ts";

/** Whether one value of an entry satisfies the comparison. */
export type ValueTest = (value: unknown) => boolean;

export type Comparison = {
  readonly type: FieldType;
  readonly operator: Operator;
  readonly text: string;
  readonly quoted: boolean;
};

/** google/logging/type/log_severity.proto */
const SEVERITIES: Readonly<Record<string, number>> = {
  DEFAULT: 0,
  DEBUG: 100,
  INFO: 200,
  NOTICE: 300,
  WARNING: 400,
  ERROR: 500,
  CRITICAL: 600,
  ALERT: 700,
  EMERGENCY: 800,
};

/** Makes the test of one comparison; refuses what cannot be compared. */
export function valueTest(comparison: Comparison): ValueTest {
  const { type, operator, text } = comparison;
  if (operator === "=~" || operator === "!~") return regexTest(operator, text);
  if (type === "time") return ordered(operator, timeOf(text), (value) => timeOf(String(value)));
  if (type === "severity") return ordered(operator, severityOf(text), severityOf);
  if (operator === ":") return (value) => has(value, comparison);
  return scalarTest(operator, text);
}

function timeOf(text: string): bigint {
  const time = parseLogTime(text);
  if (time === undefined) throw invalid(`Invalid timestamp: '${text}'`);
  return time;
}

function severityOf(value: unknown): number {
  const text = String(value).toUpperCase();
  const known = Object.hasOwn(SEVERITIES, text) ? SEVERITIES[text] : undefined;
  const number = known ?? (/^\d+$/.test(text) ? Number(text) : undefined);
  if (number === undefined) throw invalid(`Invalid severity: '${text}'`);
  return number;
}

function ordered<T extends number | bigint>(
  operator: Operator,
  right: T,
  read: (value: unknown) => T,
): ValueTest {
  return (value) => holds(operator, compare(read(value), right));
}

const compare = <T extends number | bigint | string>(left: T, right: T): number =>
  left === right ? 0 : left < right ? -1 : 1;

function holds(operator: Operator, order: number): boolean {
  switch (operator) {
    case "=":
    case ":":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=~":
    case "!~":
      throw new Error(`${operator} does not order`);
  }
}

// Numbers as numbers, everything else as text without regard to case:
// https://cloud.google.com/logging/docs/view/logging-query-language#values_conversions
function scalarTest(operator: Operator, text: string): ValueTest {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const folded = text.toLowerCase();
  return (value) => {
    if (value === null) return holds(operator, text === "NULL_VALUE" ? 0 : 1);
    if (typeof value === "object") return false;
    if (typeof value === "number") {
      return !Number.isNaN(number) && holds(operator, compare(value, number));
    }
    return holds(operator, compare(String(value).toLowerCase(), folded));
  };
}

function has(value: unknown, { text, quoted }: Comparison): boolean {
  if (text === "*" && !quoted) return true;
  const folded = text.toLowerCase();
  if (typeof value === "number") return value === Number(text);
  if (typeof value === "object" && value !== null && Object.hasOwn(value, text)) return true;
  for (const inner of textsIn(value)) if (inner.toLowerCase().includes(folded)) return true;
  return false;
}

function regexTest(operator: "=~" | "!~", text: string): ValueTest {
  const pattern = regexOf(text);
  return (value) =>
    typeof value === "object" ? false : pattern.test(String(value)) === (operator === "=~");
}

// Cloud Logging takes RE2, which has neither look-around nor back-references: https://github.com/google/re2/wiki/Syntax
function regexOf(text: string): RegExp {
  const flags = /^\(\?([imsU]+)\)/.exec(text);
  const body = text.slice(flags?.[0].length ?? 0);
  if (/\(\?<?[=!]|\\[1-9]/.test(body)) throw invalid(`Invalid regular expression: '${text}'`);
  try {
    return new RegExp(body.replaceAll("(?P<", "(?<"), (flags?.[1] ?? "").replace("U", ""));
  } catch (cause) {
    throw Object.assign(invalid(`Invalid regular expression: '${text}'`), { cause });
  }
}
