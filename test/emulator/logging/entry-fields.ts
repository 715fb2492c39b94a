import type { Json } from "../core/handler.ts";
import { invalid } from "./filter-error.ts";

/** How values of a field compare. */
export type FieldType = "string" | "number" | "boolean" | "time" | "severity" | "open";

/**
 * The fields of LogEntry (google/logging/v2/log_entry.proto), by their JSON names. Below an `open` field (payloads and
 * labels) any name may stand.
 */
const FIELDS: Readonly<Record<string, FieldType>> = {
  logName: "string",
  "resource.type": "string",
  "resource.labels": "open",
  textPayload: "string",
  jsonPayload: "open",
  protoPayload: "open",
  timestamp: "time",
  receiveTimestamp: "time",
  severity: "severity",
  insertId: "string",
  httpRequest: "open",
  labels: "open",
  metadata: "open",
  "operation.id": "string",
  "operation.producer": "string",
  "operation.first": "boolean",
  "operation.last": "boolean",
  trace: "string",
  spanId: "string",
  traceSampled: "boolean",
  "sourceLocation.file": "string",
  "sourceLocation.line": "number",
  "sourceLocation.function": "string",
  "split.uid": "string",
  "split.index": "number",
  "split.totalSplits": "number",
};

const DEFAULTS: Readonly<Record<FieldType, unknown>> = {
  string: "",
  number: 0,
  boolean: false,
  time: "1970-01-01T00:00:00Z",
  severity: "DEFAULT",
  open: undefined,
};

const MESSAGES = new Set(
  Object.keys(FIELDS)
    .filter((name) => name.includes("."))
    .map((name) => name.slice(0, name.indexOf("."))),
);

/** The type of the field at the path; refuses a path that no log entry can have. */
export function typeOfField(path: readonly string[]): FieldType {
  const [first = "", second] = path;
  const name = MESSAGES.has(first) && second !== undefined ? `${first}.${second}` : first;
  const rest = path.length - name.split(".").length;
  if (MESSAGES.has(first) && second === undefined) return "open";
  const type = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  // "Otherwise, the field is undefined, which is an error that is detected before the query is used."
  // https://cloud.google.com/logging/docs/view/logging-query-language#missing_fields
  if (type === undefined || (rest > 0 && type !== "open")) {
    throw invalid(`Field not found: '${path.join(".")}'.`);
  }
  return type;
}

/** All values at the path, which are several below a list; none if the entry has no such field. */
export function valuesAt(entry: Json, path: readonly string[]): unknown[] {
  return valuesFrom(entry, path, 0);
}

// Searches look at every entry there is, so nothing is built for the usual case: no lists on the way.
function valuesFrom(start: unknown, path: readonly string[], first: number): unknown[] {
  let value = start;
  for (let index = first; index < path.length; index++) {
    if (Array.isArray(value)) return value.flatMap((item) => valuesFrom(item, path, index));
    const segment = path[index] ?? "";
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return [];
    value = (value as Json)[segment];
  }
  return Array.isArray(value) ? value : [value];
}

/** The values to compare: a field that LogEntry defines has its default when it is not set. */
export function comparedValues(
  entry: Json,
  field: { path: readonly string[]; type: FieldType },
): unknown[] {
  const values = valuesAt(entry, field.path);
  return values.length > 0 || field.type === "open" ? values : [DEFAULTS[field.type]];
}

/** Every scalar anywhere in the value, as text. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) yield* textsIn(inner);
  } else if (value !== undefined && value !== null) {
    yield String(value);
  }
}
