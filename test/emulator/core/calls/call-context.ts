import { OWNER } from "../auth/authenticator.ts";
import { GoogleError } from "../google-error.ts";
import type { CallContext } from "../handler.ts";
import { denial } from "../iam/denial.ts";
import { REQUIRED_PERMISSION } from "../iam/method-permissions.ts";
import type { Platform } from "../platform.ts";
import type { OpenEntry } from "./journal.ts";

export type Caller = {
  readonly principal: string;
  readonly transport: "grpc" | "rest";
  readonly entry: OpenEntry;
};

/** What a handler may ask: every permission is noted in the journal, then decided by IAM. */
export function callContext(
  { principal, transport, entry }: Caller,
  platform: Pick<Platform, "isAllowed" | "findProject">,
): CallContext {
  return {
    principal,
    transport,
    authorize: (permission, resource) => {
      entry.permission(permission);
      entry.resource(resource);
      if (principal === OWNER || platform.isAllowed(principal, permission, resource)) return;
      throw denial(permission, asWritten(resource, { entry, platform }));
    },
  };
}

// Refusals name the project as the request did.
function asWritten(
  resource: string,
  { entry, platform }: { entry: OpenEntry; platform: Pick<Platform, "findProject"> },
): string {
  const [, number = "", ...rest] = resource.split("/");
  const id = platform.findProject(number)?.id;
  const written = entry.resourceName.split("/")[1];
  return id !== undefined && written === id ? ["projects", id, ...rest].join("/") : resource;
}

/** Throws if a handler succeeded without having asked for what its method needs: an error of the emulator. */
export function checkPermissionWasAsked(method: string, entry: OpenEntry): void {
  const required = REQUIRED_PERMISSION[method];
  if (required === undefined || entry.hasPermission(required)) return;
  throw new GoogleError(
    "INTERNAL",
    `Emulator error: ${method} succeeded without asking for ${required}.`,
  );
}
