import { z } from "zod";
import { agentSchema } from "./schema.ts";

const word = z.string().min(1).optional();
const words = z.array(z.string()).optional();
const count = z.int("must be a whole number").min(0, "must be 0 or more").optional();

/** 5, 6 or 7 parts of a cron expression, or a name such as @daily; what the parts mean is the scheduler's concern. */
const CRON = /^(@[a-z]+|[-\dA-Za-z*/,?#]+( +[-\dA-Za-z*/,?#]+){4,6})$/;

/** What a trigger may filter by, for each kind of webhook. */
const TRIGGER_KEYS: Readonly<Record<string, readonly string[]>> = {
  github: [
    "events",
    "actions",
    "repos",
    "orgs",
    "org",
    "labels",
    "assignee",
    "author",
    "branches",
    "conclusions",
  ],
  sentry: ["resources"],
  linear: ["events", "actions", "organizations", "labels", "assignee", "author"],
  mintlify: ["events", "actions", "repos", "branches"],
  discord: ["events", "guilds", "channels", "commands"],
  twitter: ["events", "repos"],
  slack: ["events", "channels", "team_ids"],
  test: ["events", "actions", "repos"],
};

/** One `[[webhooks]]` entry of an agent for that kind of webhook. */
export function triggerSchema(kind: string): z.ZodType {
  const keys = TRIGGER_KEYS[kind] ?? [];
  const filter = z.union([z.string(), z.array(z.union([z.string(), z.number()]))]).optional();
  return z.strictObject({
    source: z.string(),
    ...Object.fromEntries(keys.map((key) => [key, filter])),
  });
}

/** Every key that `agents/<name>/config.toml` may hold. */
export const agentFileSchema = z.strictObject({
  source: word,
  credentials: agentSchema.shape.credentials,
  models: agentSchema.shape.models,
  schedule: z
    .string()
    .trim()
    .regex(CRON, 'is not a cron expression such as "0 9 * * 1-5"')
    .optional(),
  webhooks: z.array(z.looseObject({ source: z.string().min(1) })).optional(),
  hooks: z.strictObject({ pre: words, post: words }).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  scale: count,
  timeout: agentSchema.shape.timeout,
  maxWorkQueueSize: count,
  runtime: z
    .strictObject({
      type: z
        .enum(
          ["container", "host-user", "ssh"],
          "is not a runtime; those are: container, host-user, ssh",
        )
        .optional(),
      run_as: word,
      groups: words,
    })
    .optional(),
  harness: z.looseObject({}).optional(),
  cloudrun: z.optional(agentSchema.shape.cloudrun),
});

/** Keys of the header of a SKILL.md. */
export const SKILL_KEYS: readonly string[] = ["name", "description", "license", "compatibility"];
