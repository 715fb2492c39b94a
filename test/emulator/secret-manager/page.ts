import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

/** One page of a list, newest first, and the token of the next one if there is more. */
export type Page<Item> = { readonly items: readonly Item[]; readonly nextPageToken?: string };

/** What can be listed: the higher the sequence, the newer. */
export type Listed = { readonly sequence: number };

export type PageLimits = { readonly defaultSize: number; readonly largestSize: number };

/**
 * Cuts the page that `pageSize` and `pageToken` ask for. A token names the last item given, not an offset,
 * so that items made or deleted between two pages neither repeat nor hide another.
 */
export function pageOf<Item extends Listed>(
  items: readonly Item[],
  request: Json,
  limits: PageLimits,
): Page<Item> {
  const size = pageSizeOf(request.pageSize, limits);
  const before = sequenceOf(request.pageToken);
  const rest = items
    .filter((item) => item.sequence < before)
    .sort((one, other) => other.sequence - one.sequence);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (last === undefined || rest.length <= size) return { items: page };
  return { items: page, nextPageToken: tokenOf(last.sequence) };
}

/** A list reply leaves out what is empty, as proto3 JSON does. */
export function listReply(field: string, resources: Json[], nextPageToken?: string): Json {
  return {
    ...(resources.length > 0 && { [field]: resources }),
    ...(nextPageToken !== undefined && { nextPageToken }),
  };
}

// https://google.aip.dev/158: a negative size is an error, a larger one than the maximum is cut down.
function pageSizeOf(pageSize: unknown, limits: PageLimits): number {
  const wanted = Number(pageSize ?? 0);
  if (!Number.isInteger(wanted) || wanted < 0) {
    throw new GoogleError("INVALID_ARGUMENT", "page_size must not be negative.");
  }
  return wanted === 0 ? limits.defaultSize : Math.min(wanted, limits.largestSize);
}

const tokenOf = (sequence: number): string =>
  Buffer.from(`before:${sequence}`).toString("base64url");

function sequenceOf(pageToken: unknown): number {
  if (pageToken === undefined || pageToken === "") return Number.POSITIVE_INFINITY;
  const text = Buffer.from(String(pageToken), "base64url").toString();
  const sequence = /^before:(\d+)$/.exec(text)?.[1];
  if (sequence === undefined) {
    throw new GoogleError("INVALID_ARGUMENT", "The provided page_token is not valid.");
  }
  return Number(sequence);
}
