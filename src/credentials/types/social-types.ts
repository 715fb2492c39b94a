import type { CredentialType, FieldType } from "../credential-type.ts";

const X_PORTAL = "https://developer.x.com/en/portal/dashboard";

const secret = (name: string, label: string, env: string): FieldType => ({
  name,
  label,
  kind: "secret",
  env: [env],
});

const X_ACCESS_TOKEN = secret("access_token", "Access token", "X_ACCESS_TOKEN");
const X_ACCESS_TOKEN_SECRET = secret(
  "access_token_secret",
  "Access token secret",
  "X_ACCESS_TOKEN_SECRET",
);

/** X's app keys and the tokens of one user. Newer stores keep the user's tokens in an instance of their own. */
export const X_TWITTER_API: CredentialType = {
  id: "x_twitter_api",
  label: "X (Twitter) API Credentials",
  description: "X (Twitter) API credentials",
  section: "runtime",
  helpUrl: X_PORTAL,
  fields: [
    { ...secret("api_key", "API key", "X_API_KEY"), alternatives: ["consumer_key"] },
    { ...secret("api_secret", "API secret", "X_API_SECRET"), alternatives: ["consumer_secret"] },
    secret("bearer_token", "Bearer token", "X_BEARER_TOKEN"),
    { ...X_ACCESS_TOKEN, optional: true },
    { ...X_ACCESS_TOKEN_SECRET, optional: true },
  ],
  agentContext:
    "`X_API_KEY`, `X_API_SECRET` and `X_BEARER_TOKEN` are set, and `X_ACCESS_TOKEN` and `X_ACCESS_TOKEN_SECRET` where they are stored",
};

/** Reddit's credentials of a script app. */
export const REDDIT_OAUTH: CredentialType = {
  id: "reddit_oauth",
  label: "Reddit OAuth2 Credentials",
  description: "Reddit OAuth2 credentials for script apps",
  section: "runtime",
  helpUrl: "https://www.reddit.com/prefs/apps",
  fields: [
    { name: "client_id", label: "Client id", kind: "plain", env: ["REDDIT_CLIENT_ID"] },
    secret("client_secret", "Client secret", "REDDIT_CLIENT_SECRET"),
    { name: "username", label: "User name", kind: "plain", env: ["REDDIT_USERNAME"] },
    secret("password", "Password", "REDDIT_PASSWORD"),
    { name: "user_agent", label: "User agent", kind: "plain", env: ["REDDIT_USER_AGENT"] },
  ],
  agentContext:
    "`REDDIT_CLIENT_ID`, `REDDIT_CLIENT_SECRET`, `REDDIT_USERNAME`, `REDDIT_PASSWORD` and `REDDIT_USER_AGENT` are set: post the first four to `https://www.reddit.com/api/v1/access_token` for a token",
};

/** Types that newer versions of Action Llama store and the credential page does not have. */
export const EXTENSION_TYPES: readonly CredentialType[] = [
  {
    id: "x_twitter_user_oauth1",
    label: "X (Twitter) User OAuth 1.0a Tokens",
    description: "X (Twitter) OAuth 1.0a tokens of one user",
    section: "runtime",
    helpUrl: X_PORTAL,
    fields: [X_ACCESS_TOKEN, X_ACCESS_TOKEN_SECRET],
    agentContext: "`X_ACCESS_TOKEN` and `X_ACCESS_TOKEN_SECRET` are set, for one user of X",
    extension: true,
  },
  {
    id: "x_twitter_user_oauth2",
    label: "X (Twitter) User OAuth 2.0 Credentials",
    description: "X (Twitter) OAuth 2.0 credentials of one user",
    section: "runtime",
    helpUrl: X_PORTAL,
    fields: [
      secret("client_id", "Client id", "X_OAUTH2_CLIENT_ID"),
      secret("client_secret", "Client secret", "X_OAUTH2_CLIENT_SECRET"),
      secret("access_token", "Access token", "X_OAUTH2_ACCESS_TOKEN"),
      secret("refresh_token", "Refresh token", "X_OAUTH2_REFRESH_TOKEN"),
    ],
    agentContext:
      "`X_OAUTH2_ACCESS_TOKEN` is set, and `X_OAUTH2_CLIENT_ID` and `X_OAUTH2_CLIENT_SECRET` to renew it with `X_OAUTH2_REFRESH_TOKEN`",
    extension: true,
  },
];
