import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Blobs by their digests, in files of a directory of this emulator's own. */
export class BlobStore {
  #directory: string | undefined;

  /** The file of a blob that was added. */
  pathOf(digest: string): string {
    if (!isDigest(digest)) throw new Error("this is no digest of a blob");
    return join(this.#in("blobs"), digest.slice("sha256:".length));
  }

  sizeOf(digest: string): number {
    return statSync(this.pathOf(digest)).size;
  }

  /** A new file for something that is still on its way; `keep` makes a blob of it. */
  newFile(): string {
    return join(this.#in("uploads"), randomUUID());
  }

  keep(file: string, digest: string): void {
    renameSync(file, this.pathOf(digest));
  }

  /** A directory for what is derived from a blob or an image; it lives as long as the blobs. */
  derived(name: string): string {
    return join(this.#in("derived"), name);
  }

  clear(): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  // Made when first needed: most emulators never see an image.
  #in(name: string): string {
    this.#directory ??= mkdtempSync(join(tmpdir(), "al-emulator-images-"));
    const path = join(this.#directory, name);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    return path;
  }
}
