import type { Json, UnaryHandler } from "../core/handler.ts";
import { heldPermissions, readPolicy, writePolicy } from "../core/iam/policy-methods.ts";
import { missing, parseName, type ResourceName } from "./names.ts";
import type { RunContext } from "./run-context.ts";

/** GetIamPolicy, SetIamPolicy and TestIamPermissions of jobs. */
export function jobPolicyHandlers(context: RunContext): Readonly<Record<string, UnaryHandler>> {
  const { platform, store } = context;
  const named = (request: Json): ResourceName => parseName(platform, request.resource, "JOB");
  const checkIsThere = (name: ResourceName): void => {
    if (store.findJob(name.stored) === undefined) throw missing(name, "JOB");
  };
  return {
    GetIamPolicy: (request, call) => {
      const name = named(request);
      call.authorize("run.jobs.getIamPolicy", name.iam);
      checkIsThere(name);
      return readPolicy(platform, name.iam, request.options?.requestedPolicyVersion ?? 0);
    },
    SetIamPolicy: (request, call) => {
      const name = named(request);
      call.authorize("run.jobs.setIamPolicy", name.iam);
      checkIsThere(name);
      return writePolicy(platform, name.iam, request.policy ?? {});
    },
    TestIamPermissions: (request, { principal }) => {
      const name = named(request);
      // iam_policy.proto: for a resource that does not exist the answer is empty, not NOT_FOUND.
      if (store.findJob(name.stored) === undefined) return {};
      const permissions: string[] = request.permissions ?? [];
      return heldPermissions(platform, { principal, resource: name.iam, permissions });
    },
  };
}
