import type { CredentialType } from "../credential-type.ts";

type ServiceToken = Pick<CredentialType, "id" | "label" | "description"> & {
  readonly helpUrl: string;
  readonly env: string;
};

const serviceToken = ({ env, ...type }: ServiceToken): CredentialType => ({
  ...type,
  section: "runtime",
  fields: [{ name: "token", label: "Token", kind: "secret", env: [env] }],
  agentContext: `\`${env}\` is set: use it with \`curl\``,
});

/** Credentials of services that agents call. */
export const SERVICE_TYPES: readonly CredentialType[] = [
  serviceToken({
    id: "sentry_token",
    label: "Sentry Auth Token",
    description: "Sentry auth token for error monitoring",
    helpUrl: "https://sentry.io/settings/auth-tokens/",
    env: "SENTRY_AUTH_TOKEN",
  }),
  serviceToken({
    id: "linear_token",
    label: "Linear Personal API Token",
    description: "Linear personal API token",
    helpUrl: "https://linear.app/settings/api",
    env: "LINEAR_API_TOKEN",
  }),
  {
    id: "linear_oauth",
    label: "Linear OAuth2 Token",
    description: "Linear OAuth2 credentials",
    section: "runtime",
    helpUrl: "https://linear.app/developers/oauth-2-0-authentication",
    fields: [
      { name: "client_id", label: "Client id", kind: "plain", env: ["LINEAR_CLIENT_ID"] },
      {
        name: "client_secret",
        label: "Client secret",
        kind: "secret",
        env: ["LINEAR_CLIENT_SECRET"],
      },
      { name: "access_token", label: "Access token", kind: "secret", env: ["LINEAR_ACCESS_TOKEN"] },
      {
        name: "refresh_token",
        label: "Refresh token",
        kind: "secret",
        optional: true,
        env: ["LINEAR_REFRESH_TOKEN"],
      },
    ],
    agentContext:
      "`LINEAR_ACCESS_TOKEN` is set, and `LINEAR_CLIENT_ID` and `LINEAR_CLIENT_SECRET` to renew it with `LINEAR_REFRESH_TOKEN`",
  },
  serviceToken({
    id: "bugsnag_token",
    label: "Bugsnag Auth Token",
    description: "Bugsnag auth token",
    helpUrl: "https://app.bugsnag.com/settings/my-account/auth-tokens",
    env: "BUGSNAG_AUTH_TOKEN",
  }),
  serviceToken({
    id: "netlify_token",
    label: "Netlify Personal Access Token",
    description: "Netlify Personal Access Token",
    helpUrl: "https://app.netlify.com/user/applications#personal-access-tokens",
    env: "NETLIFY_AUTH_TOKEN",
  }),
  serviceToken({
    id: "mintlify_token",
    label: "Mintlify API Token",
    description: "Mintlify API token",
    helpUrl: "https://mintlify.com/docs/api-reference/authentication",
    env: "MINTLIFY_API_TOKEN",
  }),
  serviceToken({
    id: "slack_bot_token",
    label: "Slack Bot Token",
    description: "Slack bot user OAuth token",
    helpUrl: "https://api.slack.com/authentication/token-types#bot",
    env: "SLACK_BOT_TOKEN",
  }),
];
