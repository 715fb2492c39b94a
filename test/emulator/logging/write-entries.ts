import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { invalid } from "./filter-error.ts";
import { authorizeIn, type FindProject, projectOfLog } from "./log-readers.ts";
import type { LogStore } from "./log-store.ts";
import { parseLogTime } from "./log-time.ts";

// "Timestamps … more than 24 hours in the future will not be available": WriteLogEntriesRequest.entries.
const FUTURE_NANOSECONDS = 24n * 3_600_000_000_000n;
const LARGEST_ENTRY_BYTES = 256 * 1024;

/** `entries.write`: google/logging/v2/logging.proto, WriteLogEntriesRequest. */
export function writeEntriesHandler(
  store: LogStore,
  options: { findProject: FindProject; now(): number },
): UnaryHandler {
  return (request, call) => {
    const entries: Json[] = (request.entries ?? []).map((entry: Json) =>
      withDefaults(entry, request),
    );
    for (const entry of entries) check(entry);
    authorize(entries, { call, findProject: options.findProject });
    const horizon = BigInt(options.now()) * 1_000_000n + FUTURE_NANOSECONDS;
    const kept = entries.filter((entry) => (timeOf(entry) ?? 0n) <= horizon);
    if (request.dryRun !== true) store.write(kept);
    return {};
  };
}

function withDefaults(entry: Json, request: Json): Json {
  const labels = { ...request.labels, ...entry.labels };
  return {
    ...entry,
    logName: entry.logName || request.logName,
    resource: entry.resource ?? request.resource,
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

function check(entry: Json): void {
  if (!entry.logName) throw invalid("Log name must be specified for every log entry");
  if (projectOfLog(entry.logName) === undefined) {
    throw invalid(`Invalid log name: '${entry.logName}'. The LOG_ID must be URL-encoded.`);
  }
  if (!entry.resource?.type) throw invalid("A monitored resource must be specified");
  if (entry.timestamp !== undefined && timeOf(entry) === undefined) {
    throw invalid("Invalid timestamp in a log entry");
  }
  const bytes = Buffer.byteLength(JSON.stringify(entry));
  if (bytes > LARGEST_ENTRY_BYTES) {
    throw invalid(`Log entry with size ${bytes} bytes exceeds maximum size of 256.0K`);
  }
}

const timeOf = (entry: Json): bigint | undefined =>
  entry.timestamp === undefined ? undefined : parseLogTime(entry.timestamp);

function authorize(
  entries: readonly Json[],
  options: { call: CallContext; findProject: FindProject },
): void {
  const projects = new Set(entries.map((entry) => projectOfLog(entry.logName) ?? ""));
  for (const project of projects) {
    authorizeIn(project, { ...options, permission: "logging.logEntries.create" });
  }
}
