import type { Service } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { secretPolicyHandlers } from "./secret-policies.ts";
import type { SecretStore } from "./secret-store.ts";
import { secretHandlers } from "./secrets.ts";
import { versionHandlers } from "./versions.ts";

const SERVICE = "google.cloud.secretmanager.v1.SecretManagerService";

/** Secret Manager v1, the global endpoint. */
export function secretManagerService(platform: Platform, store: SecretStore): Service {
  store.onGone((name) => platform.policies.remove(name));
  const handlers = {
    ...secretHandlers(platform, store),
    ...secretPolicyHandlers(platform, store),
    ...versionHandlers(platform, store),
  };
  const named = Object.entries(handlers).map(([method, handler]) => [
    `${SERVICE}.${method}`,
    handler,
  ]);
  return { unary: Object.fromEntries(named) };
}
