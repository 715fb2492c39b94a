import type { LogEntry } from "../gcp/types.ts";
import type { LogLine } from "./log-order.ts";

const STREAMS: Readonly<Record<string, LogLine["stream"]>> = {
  "run.googleapis.com%2Fstdout": "stdout",
  "run.googleapis.com%2Fstderr": "stderr",
  "run.googleapis.com%2Fvarlog%2Fsystem": "system",
};

/** The line that an entry carries; undefined for entries that are none. */
export function logLine(entry: LogEntry): LogLine | undefined {
  const stream = STREAMS[entry.logName?.split("/logs/")[1] ?? ""];
  const text = lineText(entry);
  if (stream === undefined || text === undefined) return undefined;
  return { insertId: entry.insertId ?? "", time: nanoseconds(entry.timestamp), stream, text };
}

/** A line that was a JSON object comes back as one, in compact form: Cloud Logging keeps the values, not the bytes. */
function lineText({ textPayload, jsonPayload }: LogEntry): string | undefined {
  if (jsonPayload?.fields) return JSON.stringify(structValue(jsonPayload));
  return textPayload ?? undefined;
}

type Struct = NonNullable<LogEntry["jsonPayload"]>;
type Value = NonNullable<Struct["fields"]>[string];

const structValue = ({ fields }: Struct): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields ?? {}).map(([key, value]) => [key, plainValue(value)]));

/** google.protobuf.Value: exactly one of its members is set. */
function plainValue(value: Value): unknown {
  if (value.structValue) return structValue(value.structValue);
  if (value.listValue) return (value.listValue.values ?? []).map(plainValue);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}

/** Timestamp's seconds may be a number, a decimal text or a Long. */
const nanoseconds = (timestamp: LogEntry["timestamp"]): bigint =>
  BigInt(String(timestamp?.seconds ?? 0)) * 1_000_000_000n + BigInt(timestamp?.nanos ?? 0);

/** Cloud Run's own word that a container ended: the lines before it are on their way. */
export const isContainerEnd = ({ stream, text }: LogLine): boolean =>
  stream === "system" && /^Container (called exit|terminated on signal)/.test(text);

/** Nanoseconds since the epoch as RFC 3339, to the millisecond below. */
export const rfc3339 = (time: bigint): string => new Date(Number(time / 1_000_000n)).toISOString();
