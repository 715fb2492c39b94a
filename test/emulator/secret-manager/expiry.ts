import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

const SHORTEST_MS = 60_000;
const LONGEST_MS = 876_000 * 3_600_000;

/** `expireTime` or `ttl` (input only, always answered as `expireTime`) of resources.proto's Secret.expiration. */
export function expireTimeOf(secret: Json, now: number): string | undefined {
  const expiresAt = expiresAtOf(secret, now);
  if (expiresAt === undefined) return undefined;
  if (Number.isNaN(expiresAt)) throw invalid("Request contains an invalid argument.");
  if (expiresAt < now + SHORTEST_MS) {
    throw invalid("Expiration time must be at least [1m] in the future.");
  }
  if (expiresAt > now + LONGEST_MS) {
    throw invalid("Expiration time cannot be more than [876000h] from now.");
  }
  return new Date(expiresAt).toISOString();
}

function expiresAtOf({ ttl, expireTime }: Json, now: number): number | undefined {
  if (ttl !== undefined) return now + Number(/^(-?\d+(\.\d+)?)s$/.exec(String(ttl))?.[1]) * 1000;
  return expireTime === undefined ? undefined : Date.parse(String(expireTime));
}

const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);
