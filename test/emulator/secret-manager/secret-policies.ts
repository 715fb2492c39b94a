import { GoogleError } from "../core/google-error.ts";
import type { Json, UnaryHandler } from "../core/handler.ts";
import { heldPermissions, readPolicy, writePolicy } from "../core/iam/policy-methods.ts";
import type { Platform } from "../core/platform.ts";
import { parseSecretName, type SecretName } from "./names.ts";
import type { SecretStore } from "./secret-store.ts";

/** GetIamPolicy, SetIamPolicy and TestIamPermissions of secrets. */
export function secretPolicyHandlers(
  platform: Platform,
  store: SecretStore,
): Readonly<Record<string, UnaryHandler>> {
  const named = (request: Json): SecretName => parseSecretName(platform, request.resource);
  const isThere = ({ name }: SecretName): boolean =>
    store.find(name, platform.clock.now()) !== undefined;
  const checkIsThere = (secret: SecretName): void => {
    if (!isThere(secret)) throw new GoogleError("NOT_FOUND", `Secret [${secret.name}] not found.`);
  };
  return {
    GetIamPolicy: (request, call) => {
      const secret = named(request);
      call.authorize("secretmanager.secrets.getIamPolicy", secret.name);
      checkIsThere(secret);
      return readPolicy(platform, secret.name, request.options?.requestedPolicyVersion ?? 0);
    },
    SetIamPolicy: (request, call) => {
      const secret = named(request);
      call.authorize("secretmanager.secrets.setIamPolicy", secret.name);
      checkIsThere(secret);
      return writePolicy(platform, secret.name, request.policy ?? {});
    },
    TestIamPermissions: (request, { principal }) => {
      const secret = named(request);
      // service.proto: for a secret that does not exist the answer is empty, not NOT_FOUND.
      if (!isThere(secret)) return {};
      const permissions: string[] = request.permissions ?? [];
      return heldPermissions(platform, { principal, resource: secret.name, permissions });
    },
  };
}
