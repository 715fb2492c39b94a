import { verify } from "node:crypto";
import type { Json } from "../handler.ts";
import type { Identities } from "../iam/identities.ts";
import type { EmulatorClock } from "../platform.ts";
import { parseJson } from "../wire/json-text.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { refuse, type TokenAnswer } from "./token-answer.ts";
import type { Provider, WorkloadPools } from "./workload-pools.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const SUBJECT_TYPES = [
  "urn:ietf:params:oauth:token-type:jwt",
  "urn:ietf:params:oauth:token-type:id_token",
];
const LIFE_S = 3600;

type Needs = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  readonly pools: WorkloadPools;
  readonly clock: EmulatorClock;
  readonly tokenClock: EmulatorClock;
};

/**
 * Exchanges a subject token of an outside provider for a federated access token, like https://sts.googleapis.com/v1/token
 * (RFC 8693; docs.cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token).
 */
export function exchangeSubjectToken(form: URLSearchParams, needs: Needs): TokenAnswer {
  const fault = faultOfRequest(form);
  if (fault !== undefined) return fault;
  // Text: google-github-actions/auth#211.
  const name =
    /^\/\/iam\.googleapis\.com\/(projects\/\d+\/locations\/global\/workloadIdentityPools\/[^/]+\/providers\/[^/]+)$/.exec(
      form.get("audience") ?? "",
    )?.[1];
  if (name === undefined)
    return refuse(
      "invalid_request",
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.',
    );
  const provider = needs.pools.find(name);
  // Text: google-github-actions/auth#333.
  if (provider === undefined)
    return refuse(
      "invalid_target",
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    );
  const claims = claimsOf(form.get("subject_token") ?? "", provider, needs.clock.now() / 1000);
  if ("status" in claims) return claims as TokenAnswer;
  const attributes = provider.admit(claims);
  if (attributes === undefined)
    return refuse(
      "unauthorized_client",
      "The given credential is rejected by the attribute condition.",
    );
  return issue(form, { needs, provider, attributes });
}

function faultOfRequest(form: URLSearchParams): TokenAnswer | undefined {
  if (form.get("grant_type") !== GRANT)
    return refuse("unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type") ?? ""}`);
  if (form.get("requested_token_type") !== ACCESS_TOKEN)
    return refuse("invalid_request", 'Invalid value for "requested_token_type".');
  if (!SUBJECT_TYPES.includes(form.get("subject_token_type") ?? ""))
    return refuse("invalid_request", 'Invalid value for "subject_token_type".');
  if ((form.get("scope") ?? "") === "")
    return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  return undefined;
}

/** The claims, or why the token is refused. */
function claimsOf(token: string, provider: Provider, nowSeconds: number): Json | TokenAnswer {
  const [head = "", body = "", signature = ""] = token.split(".");
  const header = decode(head);
  const claims = decode(body);
  if (header?.alg !== "RS256" || claims === undefined)
    return refuse("invalid_request", "Unable to parse the ID Token.");
  const bytes = Buffer.from(signature, "base64url");
  if (claims.iss !== provider.issuer)
    return refuse(
      "invalid_grant",
      `The issuer in ID Token ${claims.iss} does not match the expected ones: ${provider.issuer}`,
    );
  if (!verify("RSA-SHA256", Buffer.from(`${head}.${body}`), provider.publicKey, bytes))
    return refuse("invalid_grant", "The signature of the ID Token cannot be verified.");
  if (!audiencesOf(provider).includes(claims.aud))
    return refuse(
      "invalid_grant",
      `The audience in ID Token [${claims.aud}] does not match the expected audience.`,
    );
  const isCurrent =
    typeof claims.iat === "number" && typeof claims.exp === "number" && claims.exp > nowSeconds;
  if (isCurrent) return claims;
  return refuse("invalid_grant", `ID Token issued at ${claims.iat} is stale to sign-in.`);
}

const audiencesOf = ({ name, allowedAudiences }: Provider): readonly string[] =>
  allowedAudiences.length > 0
    ? allowedAudiences
    : [`//iam.googleapis.com/${name}`, `https://iam.googleapis.com/${name}`];

function issue(
  form: URLSearchParams,
  given: {
    needs: Needs;
    provider: Provider;
    attributes: Readonly<Record<string, string | undefined>>;
  },
): TokenAnswer {
  const { needs, provider, attributes } = given;
  const subject = attributes["google.subject"];
  if (subject === undefined)
    return refuse("invalid_grant", "The attribute google.subject is missing.");
  const pool = provider.name.replace(/\/providers\/.*$/, "");
  const principal = `principal://iam.googleapis.com/${pool}/subject/${subject}`;
  const set = `principalSet://iam.googleapis.com/${pool}`;
  const sets = Object.entries(attributes)
    .filter(([name]) => name.startsWith("attribute."))
    .map(([name, value]) => `${set}/${name}/${value}`);
  needs.identities.addPrincipal(principal, [principal, ...sets, `${set}/*`]);
  const access_token = needs.accessTokens.issue({
    email: principal,
    scopes: (form.get("scope") ?? "").split(" "),
    expiresAtMs: needs.tokenClock.now() + LIFE_S * 1000,
  });
  return {
    status: 200,
    body: {
      access_token,
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: LIFE_S - 1,
    },
  };
}

function decode(part: string): Json | undefined {
  const value = parseJson(Buffer.from(part, "base64url").toString("utf8"));
  return typeof value === "object" && value !== null ? value : undefined;
}
