import { GoogleError } from "../core/google-error.ts";
import type { Json, Service } from "../core/handler.ts";
import { heldPermissions, readPolicy, writePolicy } from "../core/iam/policy-methods.ts";
import type { Platform, Project } from "../core/platform.ts";

const SERVICE = "google.cloud.resourcemanager.v3.Projects";

// Nobody asks when a project of an emulator was made; a fixed time keeps replies equal.
const MADE_AT = "2026-01-01T00:00:00Z";

/** Resource Manager v3: a project by id or number, its policy and the caller's permissions in it. */
export function resourceManagerService(platform: Platform): Service {
  const { policies } = platform;
  const asked = (name: unknown, permission: string, authorize: Authorize): Project => {
    const idOrNumber = /^projects\/([^/]+)$/.exec(String(name))?.[1] ?? "";
    const project = platform.findProject(idOrNumber);
    authorize(permission, `projects/${project?.number ?? idOrNumber}`);
    // Who may do everything still cannot see what is not there.
    return project ?? refuse(idOrNumber);
  };
  return {
    unary: {
      [`${SERVICE}.GetProject`]: (request, call) =>
        toResource(asked(request.name, "resourcemanager.projects.get", call.authorize)),
      [`${SERVICE}.GetIamPolicy`]: (request, call) => {
        const permission = "resourcemanager.projects.getIamPolicy";
        const { number } = asked(request.resource, permission, call.authorize);
        const version = request.options?.requestedPolicyVersion ?? 0;
        return readPolicy({ policies }, `projects/${number}`, version);
      },
      [`${SERVICE}.SetIamPolicy`]: (request, call) => {
        const permission = "resourcemanager.projects.setIamPolicy";
        const { number } = asked(request.resource, permission, call.authorize);
        return writePolicy(platform, `projects/${number}`, request.policy ?? {});
      },
      [`${SERVICE}.TestIamPermissions`]: (request, call) => {
        // Needs no permission; a project that is not there grants nothing.
        const idOrNumber = String(request.resource).split("/")[1] ?? "";
        const project = platform.findProject(idOrNumber) ?? refuse(idOrNumber);
        const resource = `projects/${project.number}`;
        const permissions: string[] = request.permissions ?? [];
        return heldPermissions(platform, { principal: call.principal, resource, permissions });
      },
    },
  };
}

type Authorize = (permission: string, resource: string) => void;

const toResource = ({ id, number }: Project): Json => ({
  name: `projects/${number}`,
  projectId: id,
  displayName: id,
  state: "ACTIVE",
  createTime: MADE_AT,
  updateTime: MADE_AT,
  etag: `W/"${Buffer.from(id).toString("hex").slice(0, 16)}"`,
});

function refuse(idOrNumber: string): never {
  throw new GoogleError(
    "PERMISSION_DENIED",
    `The caller does not have permission on project ${idOrNumber} (or it may not exist).`,
  );
}
