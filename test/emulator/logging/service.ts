import type { Service } from "../core/handler.ts";
import { listEntriesHandler } from "./list-entries.ts";
import type { FindProject } from "./log-readers.ts";
import type { LogStore } from "./log-store.ts";
import { ReadQuota } from "./read-quota.ts";
import { tailEntriesHandler } from "./tail-entries.ts";
import type { Timers } from "./tail-session.ts";
import { writeEntriesHandler } from "./write-entries.ts";

export type LoggingOptions = Timers & {
  readonly findProject: FindProject;
  /** "Read requests per minute" of each project; undefined: not counted. */
  readonly readsPerMinute: number | undefined;
  readonly maxTailSessions: number;
  /** What all tail sessions of a project return in a minute; beyond it entries are suppressed. */
  readonly tailedPerMinute?: number;
  /** Now and then a search "runs out of time": an empty page with a token to go on from. */
  readonly hasEmptyPages?: boolean;
};

const SERVICE = "google.logging.v2.LoggingServiceV2";

/** The reading and writing half of Cloud Logging. */
export function loggingService(store: LogStore, options: LoggingOptions): Service {
  const { findProject, maxTailSessions, hasEmptyPages = false } = options;
  const quota = new ReadQuota(options);
  return {
    unary: {
      [`${SERVICE}.ListLogEntries`]: listEntriesHandler(store, {
        findProject,
        quota,
        hasEmptyPages,
      }),
      [`${SERVICE}.WriteLogEntries`]: writeEntriesHandler(store, options),
    },
    streams: {
      [`${SERVICE}.TailLogEntries`]: tailEntriesHandler(store, {
        findProject,
        timers: options,
        maxTailSessions,
        entriesPerMinute: options.tailedPerMinute ?? Number.POSITIVE_INFINITY,
      }),
    },
  };
}
