import { describe, expect, test } from "vitest";
import { CREDENTIAL_TYPES, fieldType, findType } from "../../src/credentials/types.ts";

/** The credential page's tables, in their order; a field is followed by the variables that it gives. */
const PAGE: readonly (readonly [
  section: string,
  id: string,
  fields: readonly string[],
  description: string,
])[] = [
  [
    "runtime",
    "github_token",
    ["token GITHUB_TOKEN GH_TOKEN"],
    "GitHub PAT with repo and workflow scopes",
  ],
  ["runtime", "anthropic_key", ["token"], "Anthropic API key, OAuth token, or pi auth"],
  ["runtime", "openai_key", ["token"], "OpenAI API key"],
  ["runtime", "groq_key", ["token"], "Groq API key"],
  ["runtime", "google_key", ["token"], "Google Gemini API key"],
  ["runtime", "xai_key", ["token"], "xAI API key"],
  ["runtime", "mistral_key", ["token"], "Mistral API key"],
  ["runtime", "openrouter_key", ["token"], "OpenRouter API key"],
  ["runtime", "custom_key", ["token"], "Custom provider API key"],
  [
    "runtime",
    "sentry_token",
    ["token SENTRY_AUTH_TOKEN"],
    "Sentry auth token for error monitoring",
  ],
  ["runtime", "linear_token", ["token LINEAR_API_TOKEN"], "Linear personal API token"],
  [
    "runtime",
    "linear_oauth",
    [
      "client_id LINEAR_CLIENT_ID",
      "client_secret LINEAR_CLIENT_SECRET",
      "access_token LINEAR_ACCESS_TOKEN",
      "refresh_token LINEAR_REFRESH_TOKEN",
    ],
    "Linear OAuth2 credentials",
  ],
  ["runtime", "bugsnag_token", ["token BUGSNAG_AUTH_TOKEN"], "Bugsnag auth token"],
  ["runtime", "netlify_token", ["token NETLIFY_AUTH_TOKEN"], "Netlify Personal Access Token"],
  ["runtime", "mintlify_token", ["token MINTLIFY_API_TOKEN"], "Mintlify API token"],
  ["runtime", "slack_bot_token", ["token SLACK_BOT_TOKEN"], "Slack bot user OAuth token"],
  [
    "runtime",
    "git_ssh",
    [
      "id_rsa",
      "username GIT_AUTHOR_NAME GIT_COMMITTER_NAME",
      "email GIT_AUTHOR_EMAIL GIT_COMMITTER_EMAIL",
    ],
    "SSH private key + git author identity",
  ],
  [
    "runtime",
    "x_twitter_api",
    [
      "api_key X_API_KEY",
      "api_secret X_API_SECRET",
      "bearer_token X_BEARER_TOKEN",
      "access_token X_ACCESS_TOKEN",
      "access_token_secret X_ACCESS_TOKEN_SECRET",
    ],
    "X (Twitter) API credentials",
  ],
  [
    "runtime",
    "aws",
    [
      "access_key_id AWS_ACCESS_KEY_ID",
      "secret_access_key AWS_SECRET_ACCESS_KEY",
      "default_region AWS_DEFAULT_REGION",
    ],
    "AWS credentials",
  ],
  [
    "runtime",
    "reddit_oauth",
    [
      "client_id REDDIT_CLIENT_ID",
      "client_secret REDDIT_CLIENT_SECRET",
      "username REDDIT_USERNAME",
      "password REDDIT_PASSWORD",
      "user_agent REDDIT_USER_AGENT",
    ],
    "Reddit OAuth2 credentials for script apps",
  ],
  [
    "webhook",
    "github_webhook_secret",
    ["secret"],
    "Shared secret for GitHub webhook HMAC verification",
  ],
  ["webhook", "sentry_client_secret", ["secret"], "Client secret for Sentry webhook verification"],
  ["webhook", "linear_webhook_secret", ["secret"], "Shared secret for Linear webhook verification"],
  [
    "webhook",
    "mintlify_webhook_secret",
    ["secret"],
    "Shared secret for Mintlify webhook verification",
  ],
  [
    "webhook",
    "discord_bot",
    [
      "application_id DISCORD_APPLICATION_ID",
      "public_key DISCORD_PUBLIC_KEY",
      "bot_token DISCORD_BOT_TOKEN",
    ],
    "Discord bot credentials for Ed25519 webhook verification and API access",
  ],
  ["webhook", "slack_signing_secret", ["secret"], "Signing secret for Slack webhook verification"],
  [
    "infrastructure",
    "gateway_api_key",
    ["key"],
    "API key for dashboard and CLI access to the gateway",
  ],
  ["infrastructure", "vultr_api_key", ["api_key"], "Vultr API key for VPS provisioning"],
  ["infrastructure", "hetzner_api_key", ["api_key"], "Hetzner API key for VPS provisioning"],
  [
    "infrastructure",
    "cloudflare_api_token",
    ["token"],
    "Cloudflare API token for DNS and TLS setup during provisioning",
  ],
  [
    "infrastructure",
    "vps_ssh",
    ["id_rsa"],
    "SSH private key for VPS access (generated or selected during provisioning)",
  ],
  [
    "infrastructure",
    "gcp_service_account",
    ["key_json"],
    "GCP service account JSON key for Cloud Run Jobs runtime (requires roles/run.admin, roles/secretmanager.admin, roles/artifactregistry.admin)",
  ],
];

const OF_THE_PAGE = CREDENTIAL_TYPES.filter(({ extension }) => extension !== true);

describe("the registry", () => {
  test("is the credential page", () =>
    expect(
      OF_THE_PAGE.map(({ section, id, fields, description }) => [
        section,
        id,
        fields.map(({ name, env = [] }) => [name, ...env].join(" ")),
        description,
      ]),
    ).toEqual(PAGE));

  test("has every id once", () => {
    const ids = CREDENTIAL_TYPES.map(({ id }) => id);
    expect([...new Set(ids)]).toEqual(ids);
  });

  test.each(CREDENTIAL_TYPES.map((type) => [type.id, type] as const))(
    "%s can be shown and stored",
    (_id, { id, label, description, fields }) => {
      const names = fields.map(({ name }) => name);
      expect([...new Set(names)]).toEqual(names);
      expect([id, ...names].filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
      expect([label, description, ...fields.map((field) => field.label)]).not.toContain("");
      const variables = fields.flatMap(({ env = [] }) => env);
      expect(variables.filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name))).toEqual([]);
    },
  );

  test("gives no variable to two types of the page", () => {
    const variables = OF_THE_PAGE.flatMap(({ fields }) => fields.flatMap(({ env = [] }) => env));
    expect([...new Set(variables)]).toEqual(variables);
  });

  test("gives infrastructure types no variables", () =>
    expect(
      CREDENTIAL_TYPES.filter(({ section }) => section === "infrastructure").flatMap(({ fields }) =>
        fields.flatMap(({ env = [] }) => env),
      ),
    ).toEqual([]));
});

describe("findType", () => {
  test.each(["", "unknown", "GITHUB_TOKEN", "github_token ", "constructor", "__proto__"])(
    "knows no %j",
    (id) => expect(findType(id)).toBeUndefined(),
  );
});

describe("fieldType", () => {
  test.each([
    [
      "a token",
      "github_token",
      "token",
      { name: "token", label: "Token", kind: "secret", env: ["GITHUB_TOKEN", "GH_TOKEN"] },
    ],
    ["an SSH key", "git_ssh", "id_rsa", { name: "id_rsa", label: "Private key", kind: "key" }],
    [
      "a key's id, which is no secret",
      "aws",
      "access_key_id",
      {
        name: "access_key_id",
        label: "Access key id",
        kind: "plain",
        env: ["AWS_ACCESS_KEY_ID"],
      },
    ],
    [
      "a field that the type does not declare is a secret",
      "git_ssh",
      "id_ed25519",
      { name: "id_ed25519", label: "id_ed25519", kind: "secret" },
    ],
    [
      "a field of an unknown type is a secret",
      "my_thing",
      "token",
      { name: "token", label: "token", kind: "secret" },
    ],
  ])("%s", (_sentence, type, field, expected) => expect(fieldType(type, field)).toEqual(expected));
});
