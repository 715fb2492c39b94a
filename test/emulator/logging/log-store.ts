import type { Json } from "../core/handler.ts";
import { formatLogTime, parseLogTime } from "./log-time.ts";

export type LogStoreOptions = {
  /** Time from the writing of an entry to its being readable. */
  readonly delayMs: number;
  /** Up to this much more, by chance: entries become readable out of order. */
  readonly shuffleMs: number;
  now(): number;
  random(): number;
};

/** A LogEntry in proto3 JSON, with what ordering and delivery need. */
export type StoredEntry = {
  readonly entry: Json;
  readonly nanoseconds: bigint;
  readonly insertId: string;
  /** Milliseconds since the epoch from which readers see it. */
  readonly visibleAt: number;
};

export type EntryListener = (stored: StoredEntry) => void;

/** The log entries of all projects, in memory. */
export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #listeners = new Set<EntryListener>();
  #entries: StoredEntry[] = [];
  #sorted = true;
  #nextId: number;

  constructor(options: LogStoreOptions) {
    this.#options = options;
    // Ten digits to base 36 until the year 2085: ids of equal length, so that their order is that of writing.
    this.#nextId = options.now() * 1000;
  }

  /** Fills in what a writer left out and keeps the entries. */
  write(entries: Json[]): void {
    for (const entry of entries) {
      const stored = this.#complete(entry);
      this.#entries.push(stored);
      this.#sorted = false;
      for (const listener of this.#listeners) listener(stored);
    }
  }

  /** What readers see now, in order of time and, for equal times, of insert id. */
  visible(): StoredEntry[] {
    if (!this.#sorted) this.#entries.sort(byTime);
    this.#sorted = true;
    const now = this.#options.now();
    return this.#entries.filter((stored) => stored.visibleAt <= now);
  }

  /** The newest entries that readers see, oldest first, for the control API. */
  describe(most: number): Json {
    return {
      entries: this.visible()
        .slice(-most)
        .map(({ entry }) => entry),
    };
  }

  /** Tells of each entry as it is written and first of those that are written but not visible yet. */
  subscribe(listener: EntryListener): { cancel(): void } {
    const now = this.#options.now();
    for (const stored of this.#entries) if (stored.visibleAt > now) listener(stored);
    this.#listeners.add(listener);
    return { cancel: () => this.#listeners.delete(listener) };
  }

  clear(): void {
    this.#entries = [];
    this.#sorted = true;
  }

  #complete(entry: Json): StoredEntry {
    const now = this.#options.now();
    const { severity, ...rest } = entry;
    const timestamp = entry.timestamp ?? formatLogTime(now);
    const nanoseconds = parseLogTime(timestamp);
    if (nanoseconds === undefined) throw new Error(`not a timestamp: ${timestamp}`);
    const insertId = entry.insertId || this.#newInsertId();
    const complete: Json = { ...rest, timestamp, insertId, receiveTimestamp: formatLogTime(now) };
    // proto3 JSON leaves out an enum's zero value, which is DEFAULT.
    if (severity !== undefined && severity !== "DEFAULT") complete.severity = severity;
    const visibleAt =
      now + this.#options.delayMs + this.#options.random() * this.#options.shuffleMs;
    return { entry: complete, nanoseconds, insertId, visibleAt };
  }

  #newInsertId(): string {
    this.#nextId += 1;
    return this.#nextId.toString(36);
  }
}

/** The order of `entries.list`: google/logging/v2/logging.proto, ListLogEntriesRequest.order_by. */
export function byTime(a: StoredEntry, b: StoredEntry): number {
  if (a.nanoseconds !== b.nanoseconds) return a.nanoseconds < b.nanoseconds ? -1 : 1;
  if (a.insertId === b.insertId) return 0;
  return a.insertId < b.insertId ? -1 : 1;
}
