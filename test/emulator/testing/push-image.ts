import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Json } from "../core/handler.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const GZIP_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A request to the registry; the whole answer. */
export async function registry(
  url: string,
  init: RequestInit & { token?: string } = {},
): Promise<{ status: number; headers: Headers; text: string; code: string }> {
  const { token = "owner", headers, ...rest } = init;
  const authorization: Record<string, string> =
    token === "" ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { ...rest, headers: { ...authorization, ...headers } });
  const text = await response.text();
  const code = text.startsWith('{"errors"') ? JSON.parse(text).errors[0].code : "";
  return { status: response.status, headers: response.headers, text, code };
}

/** Uploads a blob in one request; answers its descriptor. `base` is `<url>/v2/<name>`. */
export async function pushBlob(base: string, bytes: Buffer, mediaType: string): Promise<Json> {
  const digest = digestOf(bytes);
  const { status } = await registry(`${base}/blobs/uploads/?digest=${digest}`, {
    method: "POST",
    body: new Uint8Array(bytes),
  });
  if (status !== 201) throw new Error(`the blob was answered with ${status}`);
  return { mediaType, digest, size: bytes.length };
}

export const putManifest = (
  base: string,
  reference: string,
  manifest: Json | string,
  type = OCI_MANIFEST,
) =>
  registry(`${base}/manifests/${reference}`, {
    method: "PUT",
    headers: { "content-type": type },
    body: typeof manifest === "string" ? manifest : JSON.stringify(manifest),
  });

/** Pushes an image made of these tar layers; answers its digest. */
export async function pushImage(
  base: string,
  {
    reference = "latest",
    layers = [],
    config = {},
    architecture = "amd64",
    layerType = GZIP_LAYER,
  }: {
    reference?: string;
    layers?: readonly Buffer[];
    config?: Json;
    architecture?: string;
    layerType?: string;
  } = {},
): Promise<string> {
  const diffIds = layers.map(digestOf);
  const whole = {
    architecture,
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: diffIds },
  };
  const configBlob = await pushBlob(base, Buffer.from(JSON.stringify(whole)), OCI_CONFIG);
  const descriptors: Json[] = [];
  for (const layer of layers) {
    const bytes = layerType.endsWith("gzip") ? gzipSync(layer) : layer;
    descriptors.push(await pushBlob(base, bytes, layerType));
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: configBlob,
    layers: descriptors,
  };
  const text = JSON.stringify(manifest);
  const { status, text: answer } = await putManifest(base, reference, text);
  if (status !== 201) throw new Error(`the manifest was answered with ${status}: ${answer}`);
  return digestOf(Buffer.from(text));
}

/** Makes a Docker repository and waits until it is there. */
export async function makeRepository(
  url: string,
  id: string,
  { location = "us-central1", ...fields }: Json = {},
): Promise<void> {
  const parent = `projects/demo-project/locations/${location}`;
  const headers = { authorization: "Bearer owner", "content-type": "application/json" };
  const response = await fetch(`${url}/v1/${parent}/repositories?repositoryId=${id}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ format: "DOCKER", ...fields }),
  });
  if (response.status !== 200) throw new Error(await response.text());
  const name = `${url}/v1/${parent}/repositories/${id}`;
  while ((await fetch(name, { headers })).status === 404) await new Promise(setImmediate);
}
