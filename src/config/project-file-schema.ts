import { z } from "zod";
import { cloudSchema, projectSchema } from "./schema.ts";

/** Providers of webhooks, and the credential type that each one's signatures are verified with; `test` needs none. */
export const WEBHOOK_CREDENTIALS: Readonly<Record<string, string | undefined>> = {
  github: "github_webhook_secret",
  sentry: "sentry_client_secret",
  linear: "linear_webhook_secret",
  mintlify: "mintlify_webhook_secret",
  slack: "slack_signing_secret",
  discord: "discord_bot",
  twitter: "x_twitter_api",
  test: undefined,
};

const providers = Object.keys(WEBHOOK_CREDENTIALS);
const count = z.int("must be a whole number").min(0, "must be 0 or more").optional();
const word = z.string().min(1).optional();
const flag = z.boolean().optional();
const quantity = z.union([z.string().min(1), z.number().positive()]).optional();
const seconds = projectSchema.shape.local.unwrap().shape.timeout;

/** A key named after a credential type holds the instance, as in `github_webhook_secret = "MyOrg"`. */
const instanceKeys = Object.fromEntries(
  Object.values(WEBHOOK_CREDENTIALS)
    .filter((type) => type !== undefined)
    .map((type) => [type, word]),
);

const webhookSchema = z.strictObject({
  type: z
    .enum(providers, `is not a kind of webhook; those are: ${providers.join(", ")}`)
    .optional(),
  credential: word,
  allowUnsigned: flag,
  ...instanceKeys,
});

const modelSchema = z.strictObject({
  provider: projectSchema.shape.models.unwrap().valueType.shape.provider.optional(),
  model: word,
  authType: z
    .enum(
      ["api_key", "oauth_token", "pi_auth"],
      "is not a way to sign in; those are: api_key, oauth_token, pi_auth",
    )
    .optional(),
  thinkingLevel: z
    .enum(
      ["off", "minimal", "low", "medium", "high", "xhigh"],
      "is not a level; those are: off, minimal, low, medium, high, xhigh",
    )
    .optional(),
  baseUrl: word,
});

/** Every key that config.toml may hold, none required: files are laid over each other before anything counts as missing. */
export const projectFileSchema = z.strictObject({
  models: z.record(z.string(), modelSchema).optional(),
  local: z
    .strictObject({
      enabled: flag,
      image: word,
      memory: quantity,
      cpus: quantity,
      timeout: seconds,
    })
    .optional(),
  gateway: z.strictObject({ port: count, url: word, maxChatSessions: count }).optional(),
  webhooks: z.record(z.string(), webhookSchema).optional(),
  telemetry: z
    .strictObject({
      enabled: flag,
      provider: word,
      endpoint: word,
      serviceName: word,
      headers: z.record(z.string(), z.string()).optional(),
      samplingRate: z.number().min(0).max(1).optional(),
    })
    .optional(),
  projectName: word,
  maxReruns: count,
  maxCallDepth: count,
  maxTriggerDepth: count,
  workQueueSize: count,
  webhookQueueSize: count,
  resourceLockTimeout: count,
  scale: count,
  defaultAgentScale: count,
  historyRetentionDays: count,
  harness: z.looseObject({}).optional(),
  cloud: cloudSchema.partial().optional(),
});

/** `.env.toml`: the same, and which environment is chosen. */
export const localFileSchema = z.strictObject({
  ...projectFileSchema.shape,
  environment: word,
  agents: z.looseObject({}).optional(),
});

/** An environment file: the same, and the server of a VPS deployment, whose keys other tools own. */
export const environmentFileSchema = z.strictObject({
  ...projectFileSchema.shape,
  server: z.looseObject({ host: z.string().min(1) }).optional(),
  agents: z.looseObject({}).optional(),
});

/** One `[webhooks.*]` section. */
export type WebhookTable = z.infer<typeof webhookSchema>;

/** The sections of the files together that agents name. */
export const SECTIONS = {
  model: projectSchema.shape.models.unwrap().valueType,
  webhook: webhookSchema,
  scale: count,
};
