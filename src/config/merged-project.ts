import type { z } from "zod";
import type { ModelConfig } from "./config.ts";
import { SECTIONS, type WebhookTable } from "./project-file-schema.ts";
import { isTable, type Table } from "./toml-file.ts";

/** What a project's files say together, as far as it can be understood. */
export type MergedProject = {
  /** Models by name; undefined for one that is there and wrong. */
  readonly models: ReadonlyMap<string, ModelConfig | undefined>;
  /** Sources of webhooks by name; undefined for one that is there and wrong. */
  readonly webhooks: ReadonlyMap<string, WebhookTable | undefined>;
  /** How many agents may run at once. */
  readonly scale: number | undefined;
  readonly gatewayUrl: string | undefined;
  /** Whether there is a `[cloud]` section. */
  readonly isInCloud: boolean;
  /** Ref of the credential that signs in; undefined without `[cloud]`, and where Google's application default credentials do. */
  readonly signIn: string | undefined;
};

/** Reads the sections one by one, so that a mistake in one hides nothing in another. */
export function mergedProject(table: Table): MergedProject {
  const cloud = isTable(table.cloud) ? table.cloud : undefined;
  const credential = typeof cloud?.credential === "string" ? cloud.credential : undefined;
  const gateway = isTable(table.gateway) ? table.gateway : {};
  const models = entries(table.models, SECTIONS.model).map(
    ([name, model]) =>
      [name, model && { name, provider: model.provider, authType: model.authType }] as const,
  );
  return {
    models: new Map(models),
    webhooks: new Map(entries(table.webhooks, SECTIONS.webhook)),
    scale: SECTIONS.scale.safeParse(table.scale).data,
    gatewayUrl: typeof gateway.url === "string" ? gateway.url : undefined,
    isInCloud: cloud !== undefined,
    signIn: credential ?? (isKeyless(cloud) ? undefined : "gcp_service_account"),
  };
}

/** Nothing is stored for those; without `[cloud]` nobody signs in. */
const isKeyless = (cloud: Table | undefined): boolean =>
  cloud === undefined || cloud.auth === "adc" || cloud.auth === "impersonate";

const entries = <T>(section: unknown, schema: z.ZodType<T>): [string, T | undefined][] =>
  Object.entries(isTable(section) ? section : {}).map(([name, value]) => [
    name,
    schema.safeParse(value).data,
  ]);
