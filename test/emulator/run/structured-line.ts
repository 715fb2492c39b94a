import type { Json } from "../core/handler.ts";
import { isTooDeep } from "../core/wire/nesting.ts";

// google/logging/type/log_severity.proto
const SEVERITIES = new Set([
  "DEFAULT",
  "DEBUG",
  "INFO",
  "NOTICE",
  "WARNING",
  "ERROR",
  "CRITICAL",
  "ALERT",
  "EMERGENCY",
]);

type Lift = { readonly field: string; accepts(value: unknown): boolean };

const isString = (value: unknown): boolean => typeof value === "string";
const isStringMap = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every(isString);

// Only what has the type of its field moves; the rest stays in the payload, whatever the container wrote there.
const LIFTED: Readonly<Record<string, Lift>> = {
  "logging.googleapis.com/insertId": { field: "insertId", accepts: isString },
  "logging.googleapis.com/labels": { field: "labels", accepts: isStringMap },
  "logging.googleapis.com/spanId": { field: "spanId", accepts: isString },
  "logging.googleapis.com/trace": { field: "trace", accepts: isString },
  "logging.googleapis.com/trace_sampled": {
    field: "traceSampled",
    accepts: (value) => typeof value === "boolean",
  },
};

/**
 * The LogEntry fields that one line of output becomes. A JSON object is structured, and its special fields move
 * to the entry; a message that is then alone is plain text (https://cloud.google.com/logging/docs/structured-logging).
 */
export function fieldsOfLine(line: string): Json {
  const object = parseObject(line);
  if (object === undefined) return { textPayload: line };
  const entry: Json = {};
  const payload: Json = {};
  for (const [name, value] of Object.entries(object)) {
    const lifted = liftedField(name, value);
    if (lifted === undefined) payload[name] = value;
    else Object.assign(entry, lifted);
  }
  const isMessageOnly = Object.keys(payload).length === 1 && isString(payload.message);
  return {
    ...entry,
    ...(isMessageOnly ? { textPayload: payload.message } : { jsonPayload: payload }),
  };
}

function liftedField(name: string, value: unknown): Json | undefined {
  if (name === "severity") return knownSeverity(value);
  if (name === "time" || name === "timestamp") return writtenTime(value);
  const lift = Object.hasOwn(LIFTED, name) ? LIFTED[name] : undefined;
  return lift?.accepts(value) ? { [lift.field]: value } : undefined;
}

function parseObject(line: string): Json | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    const object: Json = JSON.parse(line);
    // No reply could carry it as a payload.
    return isTooDeep(object) ? undefined : object;
  } catch {
    // Not JSON after all: an ordinary line that begins with a brace.
    return undefined;
  }
}

function knownSeverity(severity: unknown): Json | undefined {
  const name = String(severity).toUpperCase();
  const full = name === "WARN" ? "WARNING" : name;
  return SEVERITIES.has(full) ? { severity: full } : undefined;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function writtenTime(time: unknown): Json | undefined {
  const text = String(time);
  if (!RFC_3339.test(text) || Number.isNaN(Date.parse(text))) return undefined;
  return { timestamp: text.endsWith("Z") ? text : new Date(text).toISOString() };
}
