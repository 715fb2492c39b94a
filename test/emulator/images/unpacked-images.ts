import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { ImageStore } from "../artifact-registry/image-store.ts";
import type { Json } from "../core/handler.ts";
import type { RunnableImage } from "./find-image.ts";
import { unpackLayer } from "./unpack-layer.ts";

const unzip = promisify(gunzip);

/** Directories with the files of images, made once per image. */
export class UnpackedImages {
  readonly #store: ImageStore;
  readonly #unpacked = new Map<string, Promise<string>>();

  constructor(store: ImageStore) {
    this.#store = store;
  }

  /** A directory with `root`, the image's files, and `work`, an empty place for one run's own mounts. */
  directoryOf(image: RunnableImage): Promise<string> {
    const key = `${this.#store.era} ${image.manifest.digest}`;
    const known = this.#unpacked.get(key) ?? this.#unpack(image);
    this.#unpacked.set(key, known);
    // What failed is tried again: the reason may have been a full disk.
    known.catch(() => this.#unpacked.delete(key));
    return known;
  }

  async #unpack({ manifest }: RunnableImage): Promise<string> {
    const { blobs } = this.#store;
    const directory = blobs.derived(manifest.digest.slice("sha256:".length));
    const root = join(directory, "root");
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    mkdirSync(join(directory, "work"));
    for (const layer of manifest.content.layers as Json[]) {
      const bytes = readFileSync(blobs.pathOf(layer.digest));
      unpackLayer(await inflated(bytes, layer.mediaType), root);
    }
    return directory;
  }
}

async function inflated(bytes: Buffer, mediaType: string): Promise<Buffer> {
  if (/[+.]tar$/.test(mediaType)) return bytes;
  if (/(\+gzip|\.tar\.gzip)$/.test(mediaType)) return unzip(bytes);
  throw new Error(`the emulator does not unpack layers of the type ${mediaType}`);
}
