import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { listReply } from "../secret-manager/page.ts";
import { type ArtifactContext, nowOf, packageOf, repositoryOf } from "./context.ts";
import { tagResource } from "./image-resources.ts";
import type { PackageRecord } from "./image-store.ts";
import { type ItemName, invalid, missing, type PackageName } from "./names.ts";
import { orderedPage } from "./ordered-page.ts";

/** The tags of opencontainers/distribution-spec, spec.md, "Pulling manifests". */
export const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Tags of packages. */
export function tagHandlers(context: ArtifactContext): Readonly<Record<string, UnaryHandler>> {
  const { names } = context;
  return {
    GetTag: (request, call) => {
      const name = names.item(request.name, "tags");
      call.authorize("artifactregistry.tags.get", name.iam);
      return shown(context, name);
    },
    ListTags: (request, call) => {
      const name = names.package(request.parent);
      call.authorize("artifactregistry.tags.list", name.iam);
      const record = packageOf(context, name);
      const repository = repositoryOf(context, name);
      const accepts = filterOf(request.filter);
      const all = [...record.tags]
        .map((tag) => tagResource(repository, record, tag))
        .filter(accepts);
      const { items, nextPageToken } = orderedPage(all, request);
      return listReply("tags", [...items], nextPageToken);
    },
    CreateTag: (request, call) => createTag(context, request, call),
    UpdateTag: (request, call) => updateTag(context, request, call),
    DeleteTag: (request, call) => {
      const name = names.item(request.name, "tags");
      call.authorize("artifactregistry.tags.delete", name.iam);
      const record = packageOf(context, name);
      if (!record.tags.has(name.id)) throw missing();
      checkTagsMayChange(context, name);
      record.tags.delete(name.id);
      return {};
    },
  };
}

function createTag(context: ArtifactContext, request: Json, call: CallContext): Json {
  const parent = context.names.package(request.parent);
  call.authorize("artifactregistry.tags.create", parent.iam);
  const id = String(request.tagId ?? "");
  if (!TAG.test(id)) throw invalid("Request contains an invalid argument.");
  const record = packageOf(context, parent);
  const digest = targetOf(context, parent, record, request.tag);
  if (record.tags.has(id)) throw new GoogleError("ALREADY_EXISTS", "the tag already exists");
  pointTag(record, { tag: id, digest, now: nowOf(context) });
  return shown(context, { ...parent, id });
}

function updateTag(context: ArtifactContext, request: Json, call: CallContext): Json {
  const given: Json = request.tag ?? {};
  const name = context.names.item(given.name, "tags");
  call.authorize("artifactregistry.tags.update", name.iam);
  const record = packageOf(context, name);
  const current = record.tags.get(name.id);
  if (current === undefined) throw missing();
  if (request.updateMask !== undefined && request.updateMask !== "version")
    throw invalid("Request contains an invalid argument.");
  const digest = targetOf(context, name, record, given);
  if (digest !== current) checkTagsMayChange(context, name);
  pointTag(record, { tag: name.id, digest, now: nowOf(context) });
  return shown(context, name);
}

/** Lets a tag mean a manifest that is there. */
export function pointTag(
  record: PackageRecord,
  { tag, digest, now }: { tag: string; digest: string; now: string },
): void {
  record.tags.set(tag, digest);
  record.updateTime = now;
  const manifest = record.manifests.get(digest);
  if (manifest !== undefined) manifest.updateTime = now;
}

// The tag's version must be one of the same package.
function targetOf(
  { names }: ArtifactContext,
  parent: PackageName,
  record: PackageRecord,
  tag: Json | undefined,
): string {
  const version = names.item(tag?.version, "versions");
  const isSibling = version.name === parent.name && version.image === parent.image;
  if (!isSibling) throw invalid("Request contains an invalid argument.");
  if (!record.manifests.has(version.id)) throw missing();
  return version.id;
}

// repository.proto, DockerRepositoryConfig.immutable_tags: neither moved nor deleted; the code is that of
// stackshy/cloudemu#1037, the text is ours.
function checkTagsMayChange(context: ArtifactContext, name: ItemName): void {
  if (repositoryOf(context, name).hasImmutableTags)
    throw new GoogleError(
      "FAILED_PRECONDITION",
      `Tag ${name.id} cannot be changed: the repository has immutable tags.`,
    );
}

function shown(context: ArtifactContext, name: ItemName): Json {
  const record = packageOf(context, name);
  const digest = record.tags.get(name.id);
  if (digest === undefined) throw missing();
  return tagResource(repositoryOf(context, name), record, [name.id, digest]);
}

// ListTagsRequest.filter: `name="…"` or `version="…"` with the whole name.
function filterOf(filter: unknown): (tag: Json) => boolean {
  if (filter === undefined || filter === "") return () => true;
  const [, field = "", value] = /^\s*(name|version)\s*=\s*"([^"]*)"\s*$/.exec(String(filter)) ?? [];
  if (value === undefined)
    throw new GoogleError("UNIMPLEMENTED", "The emulator knows no such filter.");
  return (tag) => tag[field] === value;
}
