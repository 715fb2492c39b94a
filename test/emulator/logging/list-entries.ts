import { createHash } from "node:crypto";
import type { Json, UnaryHandler } from "../core/handler.ts";
import { invalid } from "./filter-error.ts";
import { type FindProject, readQuery } from "./log-readers.ts";
import { byTime, type LogStore, type StoredEntry } from "./log-store.ts";
import type { ReadQuota } from "./read-quota.ts";

// google/logging/v2/logging.proto, ListLogEntriesRequest.page_size
const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 1000;

type Order = (a: StoredEntry, b: StoredEntry) => number;

/** The place in the order after which a page goes on, and the request it belongs to. */
type Cursor = { readonly nanoseconds: string; readonly insertId: string; readonly request: string };

/** `entries.list` over what is visible at the moment of each call. */
export function listEntriesHandler(
  store: LogStore,
  options: { findProject: FindProject; quota: ReadQuota; hasEmptyPages: boolean },
): UnaryHandler {
  let searches = 0;
  // "Even if entries is empty, next_page_token may be set: the search ran out of time" (ListLogEntriesResponse).
  // Every third search of several pages does, so that tests see it each time.
  const runsOutOfTime = (): boolean => {
    searches += 1;
    return options.hasEmptyPages && searches % 3 === 0;
  };
  return (request, call) => {
    const query = readQuery(request, { call, findProject: options.findProject });
    options.quota.spend(query.projects);
    const pageSize = pageSizeOf(request);
    const order = orderOf(request);
    const cursor = cursorOf(request);
    const ordered = order === byTime ? store.visible() : store.visible().sort(order);
    const isInReach = cursor === undefined ? () => true : isAfter(cursor, order);
    const found = firstOf(
      ordered,
      pageSize + 1,
      (stored) => isInReach(stored) && query.matches(stored),
    );
    const page = found.slice(0, pageSize);
    const last = page.at(-1);
    const entries = page.map((stored) => stored.entry);
    if (last === undefined || found.length === page.length) return { entries };
    if (cursor === undefined && runsOutOfTime()) return { nextPageToken: tokenBefore(request) };
    return { entries, nextPageToken: tokenAfter(last, request) };
  };
}

function pageSizeOf(request: Json): number {
  const size: number = request.pageSize ?? 0;
  if (size < 0 || size > LARGEST_PAGE) {
    throw invalid(`page_size must be between 0 and ${LARGEST_PAGE}, got ${size}`);
  }
  return size === 0 ? DEFAULT_PAGE : size;
}

function orderOf(request: Json): Order {
  const orderBy: string = request.orderBy || "timestamp asc";
  if (/^timestamp(\s+asc)?$/.test(orderBy)) return byTime;
  if (!/^timestamp\s+desc$/.test(orderBy)) {
    throw invalid(`order_by must be "timestamp asc" or "timestamp desc", got "${orderBy}"`);
  }
  // Either way, "entries with equal timestamps are returned in order of their insert_id values".
  return (a, b) => (a.nanoseconds === b.nanoseconds ? byTime(a, b) : byTime(b, a));
}

// google/logging/v2/log_entry.proto, LogEntry.insert_id: entries of one project with the same timestamp and id are
// duplicates "which are removed in a single query result".
function firstOf(
  ordered: readonly StoredEntry[],
  most: number,
  isWanted: (stored: StoredEntry) => boolean,
): StoredEntry[] {
  const found = new Map<string, StoredEntry>();
  for (const stored of ordered) {
    if (!isWanted(stored)) continue;
    const { entry, nanoseconds, insertId } = stored;
    const key = JSON.stringify([String(entry.logName).split("/")[1], `${nanoseconds}`, insertId]);
    if (!found.has(key)) found.set(key, stored);
    if (found.size === most) break;
  }
  return [...found.values()];
}

function isAfter(cursor: Cursor, order: Order): (stored: StoredEntry) => boolean {
  const { insertId } = cursor;
  const place = { entry: {}, nanoseconds: BigInt(cursor.nanoseconds), insertId, visibleAt: 0 };
  return (stored) => order(stored, place) > 0;
}

/** The place before every entry, in either order. */
function tokenBefore(request: Json): string {
  const isDescending = orderOf(request) !== byTime;
  const beyondAll = isDescending ? `${2n ** 64n}` : "-1";
  return tokenOf({ nanoseconds: beyondAll, insertId: "", request: digestOf(request) });
}

function tokenAfter({ nanoseconds, insertId }: StoredEntry, request: Json): string {
  const cursor: Cursor = { nanoseconds: `${nanoseconds}`, insertId, request: digestOf(request) };
  return tokenOf(cursor);
}

const tokenOf = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString("base64url");

function cursorOf(request: Json): Cursor | undefined {
  if (!request.pageToken) return undefined;
  const cursor = decode(request.pageToken);
  // "The values of other method parameters should be identical to those in the previous call."
  if (cursor.request !== digestOf(request)) {
    throw invalid("page_token doesn't match arguments from the request");
  }
  return cursor;
}

function decode(token: string): Cursor {
  try {
    const cursor: Cursor = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return { ...cursor, nanoseconds: `${BigInt(cursor.nanoseconds)}` };
  } catch (cause) {
    throw Object.assign(invalid("page_token is not valid"), { cause });
  }
}

const digestOf = (request: Json): string =>
  createHash("sha256")
    .update(JSON.stringify([request.resourceNames, request.filter ?? "", request.orderBy ?? ""]))
    .digest("base64url");
