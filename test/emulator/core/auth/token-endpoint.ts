import type { Identities } from "../iam/identities.ts";
import type { EmulatorClock } from "../platform.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { readSignedToken, type TokenFault } from "./signed-token.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const AUDIENCE = "https://oauth2.googleapis.com/token";
const LIFE_S = 3600;

type Needs = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  readonly clock: EmulatorClock;
};

export type TokenAnswer = {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number>>;
};

const refuse = (error: string, error_description: string): TokenAnswer => ({
  status: 400,
  body: { error, error_description },
});

// Texts: developers.google.com/identity/protocols/oauth2/service-account, "JWT error codes".
const FAULTS: Readonly<Record<TokenFault, TokenAnswer>> = {
  malformed: refuse("invalid_grant", "Invalid JWT: Failed audience check."),
  "unknown account": refuse("invalid_grant", "Invalid grant: account not found"),
  "bad signature": refuse("invalid_grant", "Invalid JWT Signature."),
  expired: refuse(
    "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
  ),
  "bad times": refuse(
    "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
  ),
};

/** Exchanges a signed assertion for an opaque access token, like https://oauth2.googleapis.com/token. */
export function exchangeToken(form: URLSearchParams, needs: Needs): TokenAnswer {
  if (form.get("grant_type") !== GRANT)
    return refuse("unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type") ?? ""}`);
  const { identities, accessTokens, clock } = needs;
  const signed = readSignedToken(form.get("assertion") ?? "", {
    keysOf: (email, keyId) => identities.keysOf(email, keyId),
    knowsAccount: (email) => identities.knowsAccount(email),
    nowMs: clock.now(),
  });
  if (typeof signed === "string") return FAULTS[signed];
  if (signed.claims.aud !== AUDIENCE) return FAULTS.malformed;
  const scopes = String(signed.claims.scope ?? "")
    .split(" ")
    .filter(Boolean);
  if (scopes.length === 0)
    return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  const expiresAtMs = clock.now() + LIFE_S * 1000;
  const access_token = accessTokens.issue({ email: signed.email, scopes, expiresAtMs });
  return { status: 200, body: { access_token, expires_in: LIFE_S - 1, token_type: "Bearer" } };
}
