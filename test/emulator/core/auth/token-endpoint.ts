import type { Identities } from "../iam/identities.ts";
import type { EmulatorClock } from "../platform.ts";
import { type AccessTokens, CLOUD_PLATFORM } from "./access-tokens.ts";
import { readSignedToken, type TokenFault } from "./signed-token.ts";
import { refuse, type TokenAnswer } from "./token-answer.ts";
import type { Users } from "./users.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const AUDIENCE = "https://oauth2.googleapis.com/token";
const LIFE_S = 3600;

type Needs = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  readonly users: Users;
  /** The callers' own clock: assertions are signed by it. */
  readonly clock: EmulatorClock;
  /** The emulator's clock: what it gives out expires by it. */
  readonly tokenClock: EmulatorClock;
};

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

/** Gives an opaque access token for a signed assertion or a refresh token, like https://oauth2.googleapis.com/token. */
export function exchangeToken(form: URLSearchParams, needs: Needs): TokenAnswer {
  const grant = form.get("grant_type") ?? "";
  if (grant === JWT_BEARER) return acceptAssertion(form, needs);
  if (grant === "refresh_token") return acceptRefreshToken(form, needs);
  return refuse("unsupported_grant_type", `Invalid grant_type: ${grant}`);
}

function acceptAssertion(form: URLSearchParams, needs: Needs): TokenAnswer {
  const { identities, clock } = needs;
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
  return issue({ email: signed.email, scopes }, needs);
}

// Text: googleapis/google-auth-library-python#827.
function acceptRefreshToken(form: URLSearchParams, needs: Needs): TokenAnswer {
  const clientId = form.get("client_id") ?? "";
  if (!needs.users.knowsClient(clientId, form.get("client_secret") ?? ""))
    return refuse("invalid_client", "The OAuth client was not found.", 401);
  const user = needs.users.find(clientId, form.get("refresh_token") ?? "");
  if (user === undefined) return refuse("invalid_grant", "Token has been expired or revoked.");
  needs.identities.addPrincipal(user.email, [`user:${user.email}`]);
  return issue({ email: user.email, scopes: [CLOUD_PLATFORM] }, needs);
}

function issue(
  caller: { readonly email: string; readonly scopes: readonly string[] },
  { accessTokens, tokenClock }: Needs,
): TokenAnswer {
  const expiresAtMs = tokenClock.now() + LIFE_S * 1000;
  const access_token = accessTokens.issue({ ...caller, expiresAtMs });
  return { status: 200, body: { access_token, expires_in: LIFE_S - 1, token_type: "Bearer" } };
}
