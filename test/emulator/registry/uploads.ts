import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, rmSync, statSync, truncateSync } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BlobStore } from "../artifact-registry/blob-store.ts";
import { RegistryError } from "./registry-error.ts";

type Upload = { readonly key: string; readonly file: string };

/** Blobs that are on their way; `key` ties each to the image that it was begun for. */
export class Uploads {
  readonly #blobs: BlobStore;
  readonly #uploads = new Map<string, Upload>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  start(key: string): string {
    const id = randomUUID();
    this.#uploads.set(id, { key, file: this.#blobs.newFile() });
    return id;
  }

  /** How many bytes have come; throws BLOB_UPLOAD_UNKNOWN. */
  sizeOf(key: string, id: string): number {
    return statSync(this.#find(key, id).file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Adds what the request brings. `range` is that of Content-Range, whose first byte must be the next one. */
  async append(
    { key, id }: { key: string; id: string },
    body: Readable,
    range: { first: number; last: number } | undefined,
  ): Promise<void> {
    const { file } = this.#find(key, id);
    const before = this.sizeOf(key, id);
    if (range !== undefined && range.first !== before)
      throw new RegistryError(
        "BLOB_UPLOAD_INVALID",
        `The chunk begins at ${range.first}, but ${before} bytes have come.`,
        { range: rangeOf(before) },
      );
    await pipeline(body, createWriteStream(file, { flags: "a" }));
    const added = this.sizeOf(key, id) - before;
    if (range === undefined || added === range.last - range.first + 1) return;
    truncateSync(file, before);
    throw new RegistryError("SIZE_INVALID", "The chunk is not as long as its Content-Range says.");
  }

  /** Makes a blob of it; throws DIGEST_INVALID, and forgets the upload, if it is another one. */
  async finish({ key, id }: { key: string; id: string }, digest: string): Promise<void> {
    const { file } = this.#find(key, id);
    this.#uploads.delete(id);
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    if (`sha256:${hash.digest("hex")}` !== digest) {
      rmSync(file);
      throw new RegistryError("DIGEST_INVALID", "The digest is not that of what was uploaded.");
    }
    this.#blobs.keep(file, digest);
  }

  cancel(key: string, id: string): void {
    rmSync(this.#find(key, id).file, { force: true });
    this.#uploads.delete(id);
  }

  clear(): void {
    this.#uploads.clear();
  }

  #find(key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.key === key) return upload;
    throw new RegistryError("BLOB_UPLOAD_UNKNOWN", "There is no such upload.");
  }
}

/** The Range header of an upload: the last byte's number, and 0 before the first. */
export const rangeOf = (size: number): string => `0-${Math.max(0, size - 1)}`;
