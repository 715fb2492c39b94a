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
};

const SERVICE = "google.logging.v2.LoggingServiceV2";

/** The reading and writing half of Cloud Logging. */
export function loggingService(store: LogStore, options: LoggingOptions): Service {
  const { findProject, maxTailSessions } = options;
  const quota = new ReadQuota(options);
  return {
    unary: {
      [`${SERVICE}.ListLogEntries`]: listEntriesHandler(store, { findProject, quota }),
      [`${SERVICE}.WriteLogEntries`]: writeEntriesHandler(store, options),
    },
    streams: {
      [`${SERVICE}.TailLogEntries`]: tailEntriesHandler(store, {
        findProject,
        timers: options,
        maxTailSessions,
      }),
    },
  };
}
