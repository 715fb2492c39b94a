import type { CredentialType } from "../credential-type.ts";

type SharedSecret = Pick<CredentialType, "id" | "label" | "description" | "helpUrl">;

/** Only the gateway reads these: it verifies what a service sends with them. */
const sharedSecret = (type: SharedSecret): CredentialType => ({
  ...type,
  section: "webhook",
  fields: [{ name: "secret", label: "Secret", kind: "secret" }],
});

/** What the gateway verifies webhooks with; one instance a source, such as an organisation. */
export const WEBHOOK_TYPES: readonly CredentialType[] = [
  sharedSecret({
    id: "github_webhook_secret",
    label: "GitHub Webhook Secret",
    description: "Shared secret for GitHub webhook HMAC verification",
    helpUrl: "https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries",
  }),
  sharedSecret({
    id: "sentry_client_secret",
    label: "Sentry Client Secret",
    description: "Client secret for Sentry webhook verification",
    helpUrl: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
  }),
  sharedSecret({
    id: "linear_webhook_secret",
    label: "Linear Webhook Secret",
    description: "Shared secret for Linear webhook verification",
    helpUrl: "https://linear.app/developers/webhooks",
  }),
  sharedSecret({
    id: "mintlify_webhook_secret",
    label: "Mintlify Webhook Secret",
    description: "Shared secret for Mintlify webhook verification",
    helpUrl: "https://mintlify.com/docs/api-reference/webhooks",
  }),
  {
    id: "discord_bot",
    label: "Discord Bot Credentials",
    description: "Discord bot credentials for Ed25519 webhook verification and API access",
    section: "webhook",
    helpUrl: "https://discord.com/developers/applications",
    fields: [
      {
        name: "application_id",
        label: "Application id",
        kind: "plain",
        env: ["DISCORD_APPLICATION_ID"],
      },
      { name: "public_key", label: "Public key", kind: "plain", env: ["DISCORD_PUBLIC_KEY"] },
      { name: "bot_token", label: "Bot token", kind: "secret", env: ["DISCORD_BOT_TOKEN"] },
    ],
    agentContext:
      "`DISCORD_APPLICATION_ID`, `DISCORD_PUBLIC_KEY` and `DISCORD_BOT_TOKEN` are set: call `https://discord.com/api/v10` with `Authorization: Bot $DISCORD_BOT_TOKEN`",
  },
  sharedSecret({
    id: "slack_signing_secret",
    label: "Slack Signing Secret",
    description: "Signing secret for Slack webhook verification",
    helpUrl: "https://api.slack.com/authentication/verifying-requests-from-slack",
  }),
];
