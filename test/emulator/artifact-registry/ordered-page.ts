import type { Json } from "../core/handler.ts";
import { invalid } from "./names.ts";

// List…Request.page_size: at most 1,000; how many come when it is 0 is the server's choice.
const DEFAULT_SIZE = 100;
const LARGEST_SIZE = 1000;

type Key = readonly [value: string | number, name: string];

/**
 * Cuts the page that `orderBy`, `pageSize` and `pageToken` ask for, by name unless asked otherwise. A token says
 * where the page before ended, so that what is made or deleted meanwhile neither repeats nor hides anything.
 */
export function orderedPage(
  resources: readonly Json[],
  request: Json,
  orderable: readonly string[] = [],
): { items: readonly Json[]; nextPageToken?: string } {
  const { field, isDescending } = orderOf(request.orderBy, ["name", ...orderable]);
  const sign = isDescending ? -1 : 1;
  const keyed = resources
    .map((resource) => ({ resource, key: keyOf(resource, field) }))
    .sort((one, other) => sign * compare(one.key, other.key));
  const after = tokenKey(request.pageToken, `${field} ${sign}`);
  const rest =
    after === undefined ? keyed : keyed.filter(({ key }) => sign * compare(key, after) > 0);
  const page = rest.slice(0, sizeOf(request.pageSize));
  const last = page.at(-1);
  const items = page.map(({ resource }) => resource);
  if (last === undefined || rest.length <= page.length) return { items };
  const token = JSON.stringify([`${field} ${sign}`, ...last.key]);
  return { items, nextPageToken: Buffer.from(token).toString("base64url") };
}

function orderOf(
  orderBy: unknown,
  fields: readonly string[],
): { field: string; isDescending: boolean } {
  if (orderBy === undefined || orderBy === "") return { field: "name", isDescending: false };
  const [, name = "", direction] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(String(orderBy)) ?? [];
  const field = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (!fields.includes(field)) throw invalid("Request contains an invalid argument.");
  return { field, isDescending: direction === "desc" };
}

function keyOf(resource: Json, field: string): Key {
  const value = resource[field] ?? "";
  return [field === "imageSizeBytes" ? Number(value) : String(value), String(resource.name)];
}

function compare([one, oneName]: Key, [other, otherName]: Key): number {
  if (one !== other) return one < other ? -1 : 1;
  if (oneName === otherName) return 0;
  return oneName < otherName ? -1 : 1;
}

function sizeOf(pageSize: unknown): number {
  const wanted = Number(pageSize ?? 0);
  if (wanted < 0) throw invalid("page_size must not be negative.");
  return wanted === 0 ? DEFAULT_SIZE : Math.min(wanted, LARGEST_SIZE);
}

function tokenKey(token: unknown, order: string): Key | undefined {
  if (token === undefined || token === "") return undefined;
  const text = Buffer.from(String(token), "base64url").toString();
  const found = /^\["([^"]*)",("[^"]*"|\d+),"([^"]*)"\]$/.exec(text);
  if (found === null || found[1] !== order) {
    throw invalid("The provided page_token is not valid.");
  }
  return [JSON.parse(found[2] ?? ""), found[3] ?? ""];
}
