import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { listReply } from "../secret-manager/page.ts";
import { type ArtifactContext, later, packageOf, repositoryOf } from "./context.ts";
import { dockerImageResource, packageResource, versionResource } from "./image-resources.ts";
import type { ManifestRecord, PackageRecord } from "./image-store.ts";
import { type ItemName, missing } from "./names.ts";
import { orderedPage } from "./ordered-page.ts";

const TIMES = ["createTime", "updateTime"];

/** Docker images, packages and versions: three views of what was pushed. */
export function imageHandlers(context: ArtifactContext): Readonly<Record<string, UnaryHandler>> {
  return {
    GetDockerImage: (request, call) => {
      const name = context.names.dockerImage(request.name);
      call.authorize("artifactregistry.dockerimages.get", name.iam);
      const { record, manifest } = manifestOf(context, name);
      return dockerImageResource(repositoryOf(context, name), shownAs(record), manifest);
    },
    ListDockerImages: (request, call) => listDockerImages(context, request, call),
    GetPackage: (request, call) => {
      const name = context.names.package(request.name);
      call.authorize("artifactregistry.packages.get", name.iam);
      return packageResource(repositoryOf(context, name), packageOf(context, name));
    },
    ListPackages: (request, call) => {
      const name = context.names.repository(request.parent);
      call.authorize("artifactregistry.packages.list", name.iam);
      refuseFilter(request);
      const repository = repositoryOf(context, name);
      const all = repository.filled().map((each) => packageResource(repository, each));
      const { items, nextPageToken } = orderedPage(all, request, TIMES);
      return listReply("packages", [...items], nextPageToken);
    },
    DeletePackage: (request, call) => {
      const name = context.names.package(request.name);
      call.authorize("artifactregistry.packages.delete", name.iam);
      packageOf(context, name);
      return later(context, name, () => {
        context.store.repositories.get(name.name)?.packages.delete(name.image);
        return undefined;
      });
    },
    ...versionHandlers(context),
  };
}

function versionHandlers(context: ArtifactContext): Readonly<Record<string, UnaryHandler>> {
  return {
    GetVersion: (request, call) => {
      const name = context.names.item(request.name, "versions");
      call.authorize("artifactregistry.versions.get", name.iam);
      const { record, manifest } = manifestOf(context, name);
      const { view } = request;
      return versionResource(repositoryOf(context, name), record, { manifest, view });
    },
    ListVersions: (request, call) => {
      const name = context.names.package(request.parent);
      call.authorize("artifactregistry.versions.list", name.iam);
      refuseFilter(request);
      const repository = repositoryOf(context, name);
      const record = packageOf(context, name);
      const all = [...record.manifests.values()].map((manifest) =>
        versionResource(repository, record, { manifest, view: request.view }),
      );
      const { items, nextPageToken } = orderedPage(all, request, TIMES);
      return listReply("versions", [...items], nextPageToken);
    },
    DeleteVersion: (request, call) => deleteVersion(context, request, call),
  };
}

function listDockerImages(context: ArtifactContext, request: Json, call: CallContext): Json {
  const name = context.names.repository(request.parent);
  call.authorize("artifactregistry.dockerimages.list", name.iam);
  const repository = repositoryOf(context, name);
  const all = repository
    .filled()
    .flatMap((record) =>
      [...record.manifests.values()].map((manifest) =>
        dockerImageResource(repository, shownAs(record), manifest),
      ),
    );
  const orderable = ["uploadTime", "updateTime", "imageSizeBytes"];
  const { items, nextPageToken } = orderedPage(all, request, orderable);
  return listReply("dockerImages", [...items], nextPageToken);
}

const shownAs = (record: PackageRecord) => ({
  image: record.image,
  tagsOf: (digest: string): string[] => record.tagsOf(digest).sort(),
});

function deleteVersion(context: ArtifactContext, request: Json, call: CallContext): Json {
  const name = context.names.item(request.name, "versions");
  call.authorize("artifactregistry.versions.delete", name.iam);
  const { record, manifest } = manifestOf(context, name);
  checkIsFree(record, manifest.digest, request.force === true);
  return later(context, name, () => {
    removeManifest(record, manifest.digest);
    return undefined;
  });
}

// version.proto, DeleteVersionRequest.force; the texts are those of the same refusals in Docker's API
// (genuinetools/reg#136, GoogleCloudPlatform/gcr-cleaner#118).
function checkIsFree(record: PackageRecord, digest: string, force: boolean): void {
  const tag = record.tagsOf(digest)[0];
  if (tag !== undefined && !force)
    throw new GoogleError("FAILED_PRECONDITION", `Manifest is still referenced by tag: ${tag}`);
  if (record.parentsOf(digest).length > 0)
    throw new GoogleError(
      "FAILED_PRECONDITION",
      "Manifest is still referenced by one or more parent images",
    );
}

/** Forgets a manifest and the tags that point to it. */
export function removeManifest(record: PackageRecord, digest: string): void {
  for (const tag of record.tagsOf(digest)) record.tags.delete(tag);
  record.manifests.delete(digest);
}

function manifestOf(
  context: ArtifactContext,
  name: ItemName,
): { record: PackageRecord; manifest: ManifestRecord } {
  const record = packageOf(context, name);
  const manifest = record.manifests.get(name.id);
  if (manifest === undefined) throw missing();
  return { record, manifest };
}

function refuseFilter({ filter }: Json): void {
  if (filter) throw new GoogleError("UNIMPLEMENTED", "The emulator has no filter here.");
}
