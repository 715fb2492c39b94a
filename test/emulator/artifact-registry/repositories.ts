import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { heldPermissions, readPolicy, writePolicy } from "../core/iam/policy-methods.ts";
import { listReply } from "../secret-manager/page.ts";
import { type ArtifactContext, later, nowOf, repositoryOf } from "./context.ts";
import { RepositoryRecord } from "./image-store.ts";
import { invalid, missing, repositoryIn } from "./names.ts";
import { orderedPage } from "./ordered-page.ts";
import { checkRepository, UPDATABLE } from "./repository-checks.ts";

// gcloud, command_lib/artifacts/util.py; at most 63 characters.
const REPOSITORY_ID = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Repositories and their policies. */
export function repositoryHandlers(
  context: ArtifactContext,
): Readonly<Record<string, UnaryHandler>> {
  const { names, store } = context;
  return {
    CreateRepository: (request, call) => createRepository(context, request, call),
    GetRepository: (request, call) => {
      const name = names.repository(request.name);
      call.authorize("artifactregistry.repositories.get", name.iam);
      return shown(context, repositoryOf(context, name));
    },
    ListRepositories: (request, call) => {
      const parent = names.location(request.parent);
      call.authorize("artifactregistry.repositories.list", parent.iam);
      if (request.filter)
        throw new GoogleError("UNIMPLEMENTED", "The emulator has no filter here.");
      const below = `projects/${parent.project.id}/locations/${parent.location}/`;
      const all = [...store.repositories.values()]
        .filter(({ resource }) => String(resource.name).startsWith(below))
        .map((each) => shown(context, each));
      const { items, nextPageToken } = orderedPage(all, request, ["createTime", "updateTime"]);
      return listReply("repositories", [...items], nextPageToken);
    },
    UpdateRepository: (request, call) => updateRepository(context, request, call),
    DeleteRepository: (request, call) => {
      const name = names.repository(request.name);
      call.authorize("artifactregistry.repositories.delete", name.iam);
      repositoryOf(context, name);
      return later(context, name, () => {
        store.repositories.delete(name.name);
        context.platform.policies.remove(name.iam);
        return undefined;
      });
    },
    ...policyHandlers(context),
  };
}

function createRepository(context: ArtifactContext, request: Json, call: CallContext): Json {
  const { names, store } = context;
  const parent = names.location(request.parent);
  call.authorize("artifactregistry.repositories.create", parent.iam);
  const id = String(request.repositoryId ?? "");
  if (!REPOSITORY_ID.test(id)) throw invalid("Request contains an invalid argument.");
  const given: Json = request.repository ?? {};
  checkRepository(given);
  const { name } = repositoryIn(parent, id);
  if (store.repositories.has(name))
    throw new GoogleError("ALREADY_EXISTS", "the repository already exists");
  const now = nowOf(context);
  const fields = Object.fromEntries(
    UPDATABLE.filter((field) => given[field] !== undefined).map((field) => [field, given[field]]),
  );
  const record = new RepositoryRecord({
    name,
    format: "DOCKER",
    mode: "STANDARD_REPOSITORY",
    ...fields,
    createTime: now,
    updateTime: now,
    registryUri: `${parent.location}-docker.pkg.dev/${parent.project.id}/${id}`,
  });
  return later(context, parent, () => {
    // Of two that were asked for at once, the first one stays.
    if (!store.repositories.has(name)) store.repositories.set(name, record);
    return record.resource;
  });
}

function updateRepository(context: ArtifactContext, request: Json, call: CallContext): Json {
  const given: Json = request.repository ?? {};
  const name = context.names.repository(given.name);
  call.authorize("artifactregistry.repositories.update", name.iam);
  const record = repositoryOf(context, name);
  checkRepository({ format: "DOCKER", ...given });
  const mask = String(request.updateMask ?? "")
    .split(",")
    .filter(Boolean)
    .map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
    .map((path) => (path === "dockerConfig.immutableTags" ? "dockerConfig" : path));
  const paths = mask.length > 0 ? mask : UPDATABLE.filter((field) => given[field] !== undefined);
  if (paths.some((path) => !UPDATABLE.includes(path)))
    throw invalid("Request contains an invalid argument.");
  const changed: Json = { ...record.resource, updateTime: nowOf(context) };
  for (const path of paths) {
    if (given[path] === undefined) delete changed[path];
    else changed[path] = given[path];
  }
  record.resource = changed;
  return shown(context, record);
}

/** The resource with the size of what it holds, each blob once. */
function shown({ store }: ArtifactContext, record: RepositoryRecord): Json {
  const packages = [...record.packages.values()];
  const blobs = new Set(packages.flatMap((each) => [...each.blobs]));
  const bytes = [...blobs].reduce((sum, digest) => sum + store.blobs.sizeOf(digest), 0);
  return { ...record.resource, ...(bytes > 0 && { sizeBytes: String(bytes) }) };
}

function policyHandlers(context: ArtifactContext): Readonly<Record<string, UnaryHandler>> {
  const { names, platform, store } = context;
  return {
    GetIamPolicy: (request, call) => {
      const name = names.repository(request.resource);
      call.authorize("artifactregistry.repositories.getIamPolicy", name.iam);
      repositoryOf(context, name);
      return readPolicy(platform, name.iam, request.options?.requestedPolicyVersion ?? 0);
    },
    SetIamPolicy: (request, call) => {
      const name = names.repository(request.resource);
      call.authorize("artifactregistry.repositories.setIamPolicy", name.iam);
      repositoryOf(context, name);
      return writePolicy(platform, name.iam, request.policy ?? {});
    },
    TestIamPermissions: (request, { principal }) => {
      const name = names.repository(request.resource);
      if (!store.repositories.has(name.name)) throw missing();
      const permissions: string[] = request.permissions ?? [];
      return heldPermissions(platform, { principal, resource: name.iam, permissions });
    },
  };
}
