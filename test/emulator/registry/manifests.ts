import type { Readable } from "node:stream";
import { digestOf, isDigest } from "../artifact-registry/blob-store.ts";
import type { ManifestRecord, PackageRecord } from "../artifact-registry/image-store.ts";
import { removeManifest } from "../artifact-registry/images.ts";
import { pointTag, TAG } from "../artifact-registry/tags.ts";
import type { CallContext } from "../core/handler.ts";
import {
  DELETE,
  DOWNLOAD,
  type Exchange,
  nowOf,
  packageOf,
  type RegistryContext,
  type RegistryReply,
  repositoryOf,
  UPLOAD,
} from "./exchange.ts";
import { checkedManifest } from "./manifest-checks.ts";
import { RegistryError } from "./registry-error.ts";

type Handler = (exchange: Exchange, call: CallContext) => RegistryReply | Promise<RegistryReply>;

// opencontainers/distribution-spec, spec.md, "Pushing Manifests": at least 4 MiB should be taken.
const LARGEST_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Manifests and tags. */
export function manifestHandlers(context: RegistryContext): Readonly<Record<string, Handler>> {
  return {
    GetManifest: (exchange, call) => {
      call.authorize(DOWNLOAD, exchange.place.repository.iam);
      const manifest = findManifest(context, exchange);
      if (!accepts(exchange.headers.accept, manifest.mediaType))
        throw new RegistryError(
          "MANIFEST_UNKNOWN",
          `The manifest is of the type ${manifest.mediaType}, which the Accept header does not name.`,
        );
      const { digest, mediaType, bytes } = manifest;
      const headers = {
        "content-type": mediaType,
        "content-length": String(bytes.length),
        "docker-content-digest": digest,
      };
      return { status: 200, headers, bytes };
    },
    PutManifest: (exchange, call) => putManifest(context, exchange, call),
    DeleteManifest: (exchange, call) => {
      call.authorize(DELETE, exchange.place.repository.iam);
      const { digest } = findManifest(context, exchange);
      const record = packageOf(context, exchange.place);
      if (isDigest(exchange.reference)) deleteDigest(record, digest);
      else deleteTag(context, exchange, record);
      return { status: 202, headers: {} };
    },
    ListTags: (exchange, call) => {
      call.authorize(DOWNLOAD, exchange.place.repository.iam);
      return listTags(packageOf(context, exchange.place), exchange);
    },
  };
}

async function putManifest(
  context: RegistryContext,
  exchange: Exchange,
  call: CallContext,
): Promise<RegistryReply> {
  const { place, reference, headers } = exchange;
  call.authorize(UPLOAD, place.repository.iam);
  repositoryOf(context, place);
  if (!isDigest(reference) && !TAG.test(reference))
    throw new RegistryError("TAG_INVALID", "The reference is neither a tag nor a digest.");
  const bytes = await readManifest(exchange.body);
  const digest = digestOf(bytes);
  if (isDigest(reference) && reference !== digest)
    throw new RegistryError("DIGEST_INVALID", "The digest is not that of the manifest.");
  const mediaType = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  // After the body has come: nothing may happen between the checks and the effect.
  const repository = repositoryOf(context, place);
  const now = nowOf(context);
  const record = repository.open(place.image, now);
  const content = checkedManifest({ bytes, mediaType }, { record, blobs: context.store.blobs });
  const isTag = !isDigest(reference);
  const current = record.tags.get(reference);
  if (isTag && repository.hasImmutableTags && current !== undefined && current !== digest)
    throw immutable(reference);
  if (!record.manifests.has(digest)) {
    const times = { uploadTime: now, updateTime: now };
    record.manifests.set(digest, { digest, mediaType, bytes, content, ...times });
  }
  record.updateTime = now;
  if (isTag) pointTag(record, { tag: reference, digest, now });
  const location = `/v2/${exchange.name}/manifests/${digest}`;
  return { status: 201, headers: { location, "docker-content-digest": digest } };
}

async function readManifest(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_MANIFEST_BYTES)
      throw new RegistryError("SIZE_INVALID", "The manifest is larger than 4 MiB.");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function findManifest(context: RegistryContext, { place, reference }: Exchange): ManifestRecord {
  const found = repositoryOf(context, place).packages.get(place.image)?.find(reference);
  if (found !== undefined) return found;
  throw new RegistryError("MANIFEST_UNKNOWN", `Failed to fetch "${reference}"`);
}

// genuinetools/reg#136, GoogleCloudPlatform/gcr-cleaner#118
function deleteDigest(record: PackageRecord, digest: string): void {
  const [tag] = record.tagsOf(digest);
  if (tag !== undefined)
    throw new RegistryError(
      "GOOGLE_MANIFEST_DANGLING_TAG",
      `Manifest is still referenced by tag: ${tag}`,
    );
  if (record.parentsOf(digest).length > 0)
    throw new RegistryError(
      "GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE",
      "Manifest is still referenced by one or more parent images",
    );
  removeManifest(record, digest);
}

function deleteTag(
  context: RegistryContext,
  { place, reference }: Exchange,
  record: PackageRecord,
) {
  if (repositoryOf(context, place).hasImmutableTags) throw immutable(reference);
  record.tags.delete(reference);
}

// repository.proto, DockerRepositoryConfig.immutable_tags; the text is ours.
const immutable = (tag: string): RegistryError =>
  new RegistryError(
    "MANIFEST_INVALID",
    `cannot update tag ${tag}. The repository has enabled tag immutability`,
  );

/** Whoever names types must name the manifest's own; nothing is converted. */
function accepts(accept: string | undefined, mediaType: string): boolean {
  const types = (accept ?? "*/*").split(",").map((each) => each.split(";")[0]?.trim() ?? "");
  return types.some((type) => ["*/*", "application/*", "", mediaType].includes(type));
}

function listTags(record: PackageRecord, { name, query }: Exchange): RegistryReply {
  const limit = query.get("n");
  if (limit !== null && !/^\d{1,9}$/.test(limit))
    throw new RegistryError("UNSUPPORTED", "n must be a number.");
  const last = query.get("last") ?? "";
  const rest = [...record.tags.keys()].sort().filter((tag) => tag > last);
  const tags = rest.slice(0, limit === null ? rest.length : Number(limit));
  const next = new URLSearchParams({ n: limit ?? "", last: tags.at(-1) ?? last });
  const isMore = tags.length < rest.length && tags.length > 0;
  const link = isMore ? { link: `</v2/${name}/tags/list?${next}>; rel="next"` } : {};
  const bytes = Buffer.from(JSON.stringify({ name, tags }));
  return { status: 200, headers: { "content-type": "application/json", ...link }, bytes };
}
