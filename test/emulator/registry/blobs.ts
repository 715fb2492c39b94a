import { isDigest } from "../artifact-registry/blob-store.ts";
import type { CallContext, Json } from "../core/handler.ts";
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
import { placeOf } from "./image-place.ts";
import { RegistryError } from "./registry-error.ts";
import { rangeOf } from "./uploads.ts";

type Handler = (exchange: Exchange, call: CallContext) => RegistryReply | Promise<RegistryReply>;

/** Blobs and their uploads. */
export function blobHandlers(context: RegistryContext): Readonly<Record<string, Handler>> {
  return {
    GetBlob: (exchange, call) => {
      call.authorize(DOWNLOAD, exchange.place.repository.iam);
      const digest = knownBlob(context, exchange);
      const headers = {
        "content-type": "application/octet-stream",
        "content-length": String(context.store.blobs.sizeOf(digest)),
        "docker-content-digest": digest,
      };
      return { status: 200, headers, file: context.store.blobs.pathOf(digest) };
    },
    DeleteBlob: (exchange, call) => {
      call.authorize(DELETE, exchange.place.repository.iam);
      const digest = knownBlob(context, exchange);
      const record = packageOf(context, exchange.place);
      const isUsed = [...record.manifests.values()].some(({ content }) => names(content, digest));
      if (isUsed)
        throw new RegistryError("UNSUPPORTED", "The blob is still referenced by a manifest.");
      record.blobs.delete(digest);
      return { status: 202, headers: {} };
    },
    StartUpload: (exchange, call) => startUpload(context, exchange, call),
    ContinueUpload: async (exchange, call) => {
      call.authorize(UPLOAD, exchange.place.repository.iam);
      await receive(context, exchange);
      return { status: 202, headers: uploadHeaders(context, exchange) };
    },
    FinishUpload: async (exchange, call) => {
      call.authorize(UPLOAD, exchange.place.repository.iam);
      const digest = digestOf(exchange);
      await receive(context, exchange);
      return finish(context, exchange, digest);
    },
    GetUpload: (exchange, call) => {
      call.authorize(UPLOAD, exchange.place.repository.iam);
      return { status: 204, headers: uploadHeaders(context, exchange) };
    },
    CancelUpload: (exchange, call) => {
      call.authorize(UPLOAD, exchange.place.repository.iam);
      context.uploads.cancel(keyOf(exchange), exchange.reference);
      return { status: 204, headers: {} };
    },
  };
}

const names = ({ config, layers = [] }: Json, digest: string): boolean =>
  [config, ...layers].some((each) => each?.digest === digest);

function knownBlob(context: RegistryContext, { place, reference }: Exchange): string {
  if (!isDigest(reference))
    throw new RegistryError("DIGEST_INVALID", "The digest must be sha256: and 64 hex digits.");
  const record = repositoryOf(context, place).packages.get(place.image);
  if (record?.blobs.has(reference)) return reference;
  throw new RegistryError("BLOB_UNKNOWN", "The blob is unknown to this image.");
}

async function startUpload(
  context: RegistryContext,
  exchange: Exchange,
  call: CallContext,
): Promise<RegistryReply> {
  call.authorize(UPLOAD, exchange.place.repository.iam);
  const repository = repositoryOf(context, exchange.place);
  const mount = exchange.query.get("mount");
  if (mount !== null && canMount(context, { exchange, call, digest: mount })) {
    repository.open(exchange.place.image, nowOf(context)).blobs.add(mount);
    return created(exchange, mount);
  }
  const digest = exchange.query.has("digest") ? digestOf(exchange) : undefined;
  const reference = context.uploads.start(keyOf(exchange));
  const started = { ...exchange, reference };
  if (digest === undefined) return { status: 202, headers: uploadHeaders(context, started) };
  await receive(context, started);
  return finish(context, started, digest);
}

// Whoever may not read the other repository is answered as if the blob were not there.
function canMount(
  context: RegistryContext,
  { exchange, call, digest }: { exchange: Exchange; call: CallContext; digest: string },
): boolean {
  const from = exchange.query.get("from");
  if (from === null || !isDigest(digest)) return false;
  const place = placeOf(context, { host: exchange.host, name: from });
  const source = context.store.repositories.get(place.repository.name);
  if (source?.packages.get(place.image)?.blobs.has(digest) !== true) return false;
  const { principal } = call;
  return (
    principal === "owner" || context.platform.isAllowed(principal, DOWNLOAD, place.repository.iam)
  );
}

async function receive({ uploads }: RegistryContext, exchange: Exchange): Promise<void> {
  const header = exchange.headers["content-range"];
  const [, first, last] = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.+)?$/.exec(header ?? "") ?? [];
  if (header !== undefined && first === undefined)
    throw new RegistryError("BLOB_UPLOAD_INVALID", "The Content-Range is malformed.");
  const range =
    first === undefined || last === undefined
      ? undefined
      : { first: Number(first), last: Number(last) };
  await uploads.append({ key: keyOf(exchange), id: exchange.reference }, exchange.body, range);
}

async function finish(
  context: RegistryContext,
  exchange: Exchange,
  digest: string,
): Promise<RegistryReply> {
  const key = keyOf(exchange);
  await context.uploads.finish({ key, id: exchange.reference }, digest);
  const repository = repositoryOf(context, exchange.place);
  repository.open(exchange.place.image, nowOf(context)).blobs.add(digest);
  return created(exchange, digest);
}

const created = ({ name }: Exchange, digest: string): RegistryReply => ({
  status: 201,
  headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest },
});

function uploadHeaders(
  { uploads }: RegistryContext,
  exchange: Exchange,
): Readonly<Record<string, string>> {
  const { name, reference } = exchange;
  return {
    location: `/v2/${name}/blobs/uploads/${reference}`,
    range: rangeOf(uploads.sizeOf(keyOf(exchange), reference)),
    "docker-upload-uuid": reference,
  };
}

function digestOf({ query }: Exchange): string {
  const digest = query.get("digest") ?? "";
  if (isDigest(digest)) return digest;
  throw new RegistryError("DIGEST_INVALID", "The digest must be sha256: and 64 hex digits.");
}

const keyOf = ({ place }: Exchange): string => `${place.repository.name} ${place.image}`;
