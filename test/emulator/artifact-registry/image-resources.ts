import type { Json } from "../core/handler.ts";
import type { ManifestRecord, PackageRecord, RepositoryRecord } from "./image-store.ts";
import { dockerImageName, packageName } from "./names.ts";

/** DockerImage: one per digest, whatever its tags. */
export function dockerImageResource(
  { resource }: RepositoryRecord,
  { image, tagsOf }: { image: string; tagsOf(digest: string): string[] },
  manifest: ManifestRecord,
): Json {
  const { digest, mediaType, uploadTime, updateTime, content } = manifest;
  const tags = tagsOf(digest);
  const manifests: Json[] = content.manifests ?? [];
  return {
    name: dockerImageName(resource.name, image, digest),
    uri: `${resource.registryUri}/${image}@${digest}`,
    ...(tags.length > 0 && { tags }),
    imageSizeBytes: String(sizeOf(content)),
    uploadTime,
    updateTime,
    mediaType,
    ...(content.artifactType !== undefined && { artifactType: content.artifactType }),
    ...(manifests.length > 0 && { imageManifests: manifests.map(imageManifest) }),
  };
}

function imageManifest({ digest, mediaType, platform }: Json): Json {
  const { architecture, os, variant } = platform ?? {};
  return {
    ...{ digest, mediaType },
    ...(architecture && { architecture }),
    ...(os && { os }),
    ...(variant && { variant }),
  };
}

// What a client downloads: compressed layers and the configuration.
const sizeOf = ({ layers = [], config, manifests = [] }: Json): number =>
  [...layers, ...(config === undefined ? [] : [config]), ...manifests].reduce(
    (sum: number, { size }: Json) => sum + Number(size ?? 0),
    0,
  );

export function packageResource({ resource }: RepositoryRecord, record: PackageRecord): Json {
  const { image, createTime, updateTime } = record;
  return { name: packageName(resource.name, image), createTime, updateTime };
}

/** Version; its tags come with the view FULL only. */
export function versionResource(
  { resource }: RepositoryRecord,
  record: PackageRecord,
  { manifest, view }: { manifest: ManifestRecord; view: unknown },
): Json {
  const { digest, mediaType, content, uploadTime, updateTime } = manifest;
  const parent = packageName(resource.name, record.image);
  const name = `${parent}/versions/${digest}`;
  const tags = view === "FULL" ? record.tagsOf(digest).sort() : [];
  return {
    ...{ name, createTime: uploadTime, updateTime },
    ...(tags.length > 0 && {
      relatedTags: tags.map((tag) => ({ name: `${parent}/tags/${tag}`, version: name })),
    }),
    metadata: {
      name: dockerImageName(resource.name, record.image, digest),
      mediaType,
      imageSizeBytes: String(sizeOf(content)),
    },
  };
}

export function tagResource(
  { resource }: RepositoryRecord,
  { image }: PackageRecord,
  [tag, digest]: readonly [tag: string, digest: string],
): Json {
  const parent = packageName(resource.name, image);
  return { name: `${parent}/tags/${tag}`, version: `${parent}/versions/${digest}` };
}
