import { GoogleError } from "../core/google-error.ts";
import type { Json, StreamCall, StreamHandler } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";
import { type FindProject, readQuery } from "./log-readers.ts";
import type { LogStore } from "./log-store.ts";
import { TailAllowance, TailOutlet } from "./tail-outlet.ts";
import { bufferWindowMs, TailSession, type Timers } from "./tail-session.ts";

/** `entries.tail`: the first message opens the session, the end of the stream closes it. */
export function tailEntriesHandler(
  store: LogStore,
  options: {
    findProject: FindProject;
    timers: Timers;
    maxTailSessions: number;
    entriesPerMinute: number;
  },
): StreamHandler {
  const { timers, entriesPerMinute } = options;
  const seats = new TailSeats(options.maxTailSessions);
  const allowance = new TailAllowance({ entriesPerMinute, now: () => timers.now() });
  return (call) => {
    let close: (() => void) | undefined;
    call.onRequest((request) => {
      // The fields of a later message have no meaning: google/logging/v2/logging.proto, TailLogEntries.
      if (close !== undefined) return;
      try {
        close = open(request, call);
      } catch (error) {
        close = () => undefined;
        call.end(error as Error);
      }
    });
    call.onClose(() => {
      close?.();
      close = () => undefined;
      call.end();
    });
  };

  function open(request: Json, call: StreamCall): () => void {
    const query = readQuery(request, { call: call.context, findProject: options.findProject });
    const windowMs = bufferWindowMs(request.bufferWindow);
    const leave = seats.take(query.projects);
    const outlet = new TailOutlet(
      { send: (reply) => call.send(reply), isBehind: () => call.isBehind?.() ?? false },
      timers,
      // A session over several projects counts for the first: none here has more than one.
      (wanted) => allowance.take(query.projects[0]?.number ?? "", wanted),
    );
    const session = new TailSession({ store, query, windowMs, timers, outlet });
    return () => {
      session.close();
      leave();
    };
  }
}

/** "Live-tailing sessions per Google Cloud project: 10": https://cloud.google.com/logging/quotas#api-limits */
class TailSeats {
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a seat in each project, or throws RESOURCE_EXHAUSTED; the result gives them back. */
  take(projects: readonly Project[]): () => void {
    const numbers = [...new Set(projects.map((project) => project.number))];
    for (const number of numbers) {
      if ((this.#taken.get(number) ?? 0) < this.#most) continue;
      throw new GoogleError(
        "RESOURCE_EXHAUSTED",
        `The maximum of ${this.#most} live tail sessions of project ${number} is reached.`,
      );
    }
    const add = (change: 1 | -1): void => {
      for (const number of numbers) {
        this.#taken.set(number, (this.#taken.get(number) ?? 0) + change);
      }
    };
    add(1);
    return () => add(-1);
  }
}
