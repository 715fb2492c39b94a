import type { Json } from "../core/handler.ts";
import { BlobStore } from "./blob-store.ts";

/** One image: a manifest by its digest. */
export type ManifestRecord = {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly content: Json;
  readonly uploadTime: string;
  updateTime: string;
};

/** Everything that was pushed under one image path of a repository. */
export class PackageRecord {
  readonly image: string;
  readonly createTime: string;
  updateTime: string;
  readonly manifests = new Map<string, ManifestRecord>();
  /** Tag to digest. */
  readonly tags = new Map<string, string>();
  /** Digests that may be read here; the bytes are shared. */
  readonly blobs = new Set<string>();

  constructor(image: string, createTime: string) {
    this.image = image;
    this.createTime = createTime;
    this.updateTime = createTime;
  }

  /** By tag or digest. */
  find(reference: string): ManifestRecord | undefined {
    return this.manifests.get(this.tags.get(reference) ?? reference);
  }

  tagsOf(digest: string): string[] {
    return [...this.tags].filter(([, to]) => to === digest).map(([tag]) => tag);
  }

  /** The indexes that name this manifest; untagged ones count too (chainguard-dev/terraform-provider-cosign#577). */
  parentsOf(digest: string): ManifestRecord[] {
    const names = ({ content }: ManifestRecord): boolean =>
      (content.manifests ?? []).some((child: Json) => child.digest === digest);
    return [...this.manifests.values()].filter(names);
  }
}

/** One repository: its resource and its packages. */
export class RepositoryRecord {
  resource: Json;
  readonly packages = new Map<string, PackageRecord>();

  constructor(resource: Json) {
    this.resource = resource;
  }

  get hasImmutableTags(): boolean {
    return this.resource.dockerConfig?.immutableTags === true;
  }

  /** The package, made when something is pushed to it for the first time. */
  open(image: string, now: string): PackageRecord {
    const known = this.packages.get(image) ?? new PackageRecord(image, now);
    this.packages.set(image, known);
    return known;
  }

  /** Packages with at least one image: what only has blobs is not there yet. */
  filled(): PackageRecord[] {
    return [...this.packages.values()].filter(({ manifests }) => manifests.size > 0);
  }

  findFilled(image: string): PackageRecord | undefined {
    return this.filled().find((each) => each.image === image);
  }
}

/** Every repository by its name (with the project's id), for Artifact Registry and for Docker's API alike. */
export class ImageStore {
  readonly repositories = new Map<string, RepositoryRecord>();
  readonly blobs = new BlobStore();
  /** Grows with `clear`: what was begun before must not end after it. */
  era = 0;

  /** Metadata only, for the control API. */
  describe(): Json {
    const images = [...this.repositories].flatMap(([name, { packages }]) =>
      [...packages.values()].flatMap((each) =>
        [...each.manifests.keys()].map((digest) => ({
          ...{ repository: name, image: each.image, digest, tags: each.tagsOf(digest) },
        })),
      ),
    );
    return {
      repositories: [...this.repositories.values()].map(({ resource }) => resource),
      images,
    };
  }

  clear(): void {
    this.era += 1;
    this.repositories.clear();
    this.blobs.clear();
  }
}
