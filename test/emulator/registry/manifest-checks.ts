import type { BlobStore } from "../artifact-registry/blob-store.ts";
import { isDigest } from "../artifact-registry/blob-store.ts";
import type { PackageRecord } from "../artifact-registry/image-store.ts";
import type { Json } from "../core/handler.ts";
import { parseJson } from "../core/wire/json-text.ts";
import { RegistryError } from "./registry-error.ts";

/** The four kinds of manifests that are taken: an image's, or an index of several. */
const MANIFEST_TYPES: Readonly<Record<string, "image" | "index">> = {
  "application/vnd.oci.image.manifest.v1+json": "image",
  "application/vnd.docker.distribution.manifest.v2+json": "image",
  "application/vnd.oci.image.index.v1+json": "index",
  "application/vnd.docker.distribution.manifest.list.v2+json": "index",
};

/** The content of a manifest that is well-formed and whose parts are all here; throws MANIFEST_INVALID or …BLOB_UNKNOWN. */
export function checkedManifest(
  { bytes, mediaType }: { bytes: Buffer; mediaType: string },
  { record, blobs }: { record: PackageRecord; blobs: BlobStore },
): Json {
  const kind = MANIFEST_TYPES[mediaType];
  if (kind === undefined) throw invalid("The media type of the manifest is not supported.");
  const content = parseJson(bytes.toString("utf8"));
  if (!isObject(content)) throw invalid("The manifest is not a JSON object.");
  if (content.schemaVersion !== 2) throw invalid("The manifest's schemaVersion must be 2.");
  if (content.mediaType !== undefined && content.mediaType !== mediaType)
    throw invalid("The manifest's mediaType is not that of the request.");
  if (kind === "image") checkBlobs(content, { record, blobs });
  else checkChildren(content, record);
  return content;
}

function checkBlobs(
  { config, layers }: Json,
  { record, blobs }: { record: PackageRecord; blobs: BlobStore },
): void {
  if (!Array.isArray(layers)) throw invalid("The manifest has no layers.");
  for (const descriptor of [config, ...layers]) {
    const { digest, size } = descriptorOf(descriptor);
    if (!record.blobs.has(digest))
      throw new RegistryError(
        "MANIFEST_BLOB_UNKNOWN",
        `The manifest references a blob that was not uploaded: ${digest}`,
      );
    if (blobs.sizeOf(digest) !== size)
      throw invalid(`The manifest gives the blob ${digest} another size than it has.`);
  }
}

function checkChildren({ manifests }: Json, record: PackageRecord): void {
  if (!Array.isArray(manifests)) throw invalid("The index has no manifests.");
  for (const descriptor of manifests) {
    const { digest, size } = descriptorOf(descriptor);
    const child = record.manifests.get(digest);
    if (child === undefined)
      throw new RegistryError(
        "MANIFEST_BLOB_UNKNOWN",
        `The index references a manifest that was not uploaded: ${digest}`,
      );
    if (child.bytes.length !== size)
      throw invalid(`The index gives the manifest ${digest} another size than it has.`);
  }
}

function descriptorOf(descriptor: unknown): { digest: string; size: number } {
  const { digest, size, mediaType } = isObject(descriptor) ? descriptor : {};
  if (typeof digest !== "string" || !isDigest(digest)) throw invalid("A descriptor has no digest.");
  if (!Number.isInteger(size) || typeof mediaType !== "string")
    throw invalid("A descriptor has no size or no mediaType.");
  return { digest, size };
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const invalid = (message: string): RegistryError => new RegistryError("MANIFEST_INVALID", message);
