import { z } from "zod";
import { projectId, region, serviceAccount } from "./google-names.ts";
import { encryptionKeySchema, vpcSchema } from "./network-schema.ts";

const text = z.string().min(1);
const texts = z.array(z.string());
/** `memory = "2Gi"` or plain bytes, `cpus = 1` or `"1"`: both forms are met in the wild. */
const quantity = z
  .union([text, z.number().positive()], 'must be a number above 0, or a text such as "2Gi"')
  .transform(String);
const literals = z.record(
  z.string(),
  z
    .union([z.string(), z.number(), z.boolean()], "must be a text, a number, or true or false")
    .transform(String),
);

/** `[cloud]`: strict, since a misspelt key would otherwise be ignored in silence. */
export const cloudSchema = z.strictObject({
  provider: z.literal("cloud-run").optional(),
  project: projectId.optional(),
  region,
  artifact_registry: text.optional(),
  service_account: serviceAccount.optional(),
  service_accounts: z.record(z.string(), serviceAccount).optional(),
  auth: z.enum(["key", "adc", "impersonate"]).optional(),
  impersonate: serviceAccount.optional(),
  credential: text.optional(),
  secret_prefix: z
    .string()
    .max(40, "is longer than 40 characters")
    .regex(
      /^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/,
      "may hold letters, digits, _ and single dashes between them",
    )
    .optional(),
  memory: quantity.optional(),
  cpus: quantity.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  vpc: vpcSchema.optional(),
  encryption_key: encryptionKeySchema.optional(),
  secret_locations: z.array(region).min(1, "needs at least one region").optional(),
});

export type CloudTable = z.infer<typeof cloudSchema>;

const modelSchema = z.looseObject({
  provider: z.string().regex(/^[a-z0-9_]+$/, 'is not a provider such as "anthropic"'),
  model: text.optional(),
  authType: z.enum(["api_key", "oauth_token", "pi_auth"]).optional(),
});

const timeoutSeconds = z
  .int("must be whole seconds")
  .min(1, "must be at least 1 second")
  .max(604_800, "must be at most 604800 seconds (168 h, Cloud Run's limit for a task)");

/** Project configuration; sections that belong to other parts of Action Llama pass unread. */
export const projectSchema = z.looseObject({
  models: z.record(z.string(), modelSchema).optional(),
  local: z.looseObject({ timeout: timeoutSeconds.optional() }).optional(),
});

export type ProjectTable = z.infer<typeof projectSchema>;

const cloudrunSchema = z.strictObject({
  image: text,
  command: texts.optional(),
  args: texts.optional(),
  memory: quantity.optional(),
  cpus: quantity.optional(),
  env: literals.optional(),
});

/** `agents/<name>/config.toml`, as far as a run needs it. */
export const agentSchema = z.looseObject({
  credentials: texts.optional(),
  models: texts.optional(),
  timeout: timeoutSeconds.optional(),
  cloudrun: cloudrunSchema,
});

export type AgentTable = z.infer<typeof agentSchema>;
