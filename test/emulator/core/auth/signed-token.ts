import { type KeyObject, verify } from "node:crypto";
import type { Json } from "../handler.ts";
import { parseJson } from "../wire/json-text.ts";

/** Why a token is refused; the token itself never appears in it. */
export type TokenFault =
  | "malformed"
  | "unknown account"
  | "bad signature"
  | "expired"
  | "bad times";

export type SignedToken = { readonly email: string; readonly claims: Json };

export type TokenChecks = {
  keysOf(email: string, keyId: string | undefined): KeyObject[];
  knowsAccount(email: string): boolean;
  readonly nowMs: number;
};

// Lifetime: at most an hour (developers.google.com/identity/protocols/oauth2/service-account, JWT claims).
const LONGEST_LIFE_S = 3600;
const CLOCK_SKEW_S = 300;

/** Checks an RS256 JWT that a service account signed: key, signature, issuer and times; not what it is for. */
export function readSignedToken(token: string, checks: TokenChecks): SignedToken | TokenFault {
  const [head = "", body = "", signature = "", ...rest] = token.split(".");
  const header = decode(head);
  const claims = decode(body);
  if (header?.alg !== "RS256" || claims === undefined || rest.length > 0) return "malformed";
  const email = claims.iss;
  if (typeof email !== "string") return "malformed";
  if (!checks.knowsAccount(email)) return "unknown account";
  const keyId = typeof header.kid === "string" ? header.kid : undefined;
  const bytes = Buffer.from(signature, "base64url");
  const isSigned = checks
    .keysOf(email, keyId)
    .some((key) => verify("RSA-SHA256", Buffer.from(`${head}.${body}`), key, bytes));
  if (!isSigned) return "bad signature";
  return faultOfTimes(claims, checks.nowMs / 1000) ?? { email, claims };
}

function faultOfTimes({ iat, exp }: Json, nowSeconds: number): TokenFault | undefined {
  if (typeof iat !== "number" || typeof exp !== "number") return "bad times";
  if (exp <= nowSeconds) return "expired";
  const isSane = exp > iat && exp - iat <= LONGEST_LIFE_S && iat <= nowSeconds + CLOCK_SKEW_S;
  return isSane ? undefined : "bad times";
}

function decode(part: string): Json | undefined {
  const value = parseJson(Buffer.from(part, "base64url").toString("utf8"));
  return typeof value === "object" && value !== null ? value : undefined;
}
