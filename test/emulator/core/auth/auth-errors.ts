import { GoogleError } from "../google-error.ts";

const EXPECTED =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. " +
  "See https://developers.google.com/identity/sign-in/web/devconsole-project.";

type Refusal = { readonly text: string; readonly reason: string };

const refusal = (
  status: "UNAUTHENTICATED" | "PERMISSION_DENIED",
  { text, reason }: Refusal,
  host: string,
): GoogleError =>
  new GoogleError(status, text, [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason,
      domain: "googleapis.com",
      metadata: { service: host },
    },
  ]);

/** No bearer token at all (reasons: googleapis google/api/error_reason.proto). */
export const missingCredential = (host: string): GoogleError =>
  refusal(
    "UNAUTHENTICATED",
    {
      text: `Request is missing required authentication credential. ${EXPECTED}`,
      reason: "CREDENTIALS_MISSING",
    },
    host,
  );

/** A token that is malformed, unknown, expired, signed by another key, or made for another API. */
export const invalidCredential = (
  host: string,
  reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED" | "ACCESS_TOKEN_EXPIRED",
): GoogleError =>
  refusal(
    "UNAUTHENTICATED",
    { text: `Request had invalid authentication credentials. ${EXPECTED}`, reason },
    host,
  );

/** A good access token that was asked for with too little. */
export const insufficientScope = (host: string): GoogleError =>
  refusal(
    "PERMISSION_DENIED",
    {
      text: "Request had insufficient authentication scopes.",
      reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    },
    host,
  );
