import { CODE, hasCode } from "./google-call-error.ts";
import type { Rest } from "./rest.ts";

const HOST = "artifactregistry.googleapis.com";

/** What is looked for: a tag, or a digest, of an image in a repository. */
type WantedImage = {
  readonly repository: string;
  readonly image: string;
  readonly reference:
    | { readonly kind: "tag"; readonly tag: string }
    | { readonly kind: "digest"; readonly digest: string };
};

/** Artifact Registry v1, as far as looking goes (https://cloud.google.com/artifact-registry/docs/reference/rest). */
export class ArtifactRegistry {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /** Needs artifactregistry.repositories.get. @throws GoogleCallError */
  hasRepository(name: string): Promise<boolean> {
    return this.#exists("find the repository", name);
  }

  /** Needs artifactregistry.tags.get, or artifactregistry.dockerimages.get for a digest. @throws GoogleCallError */
  hasImage({ repository, image, reference }: WantedImage): Promise<boolean> {
    // The slashes of an image's path are part of one segment.
    const path = encodeURIComponent(image);
    return this.#exists(
      "find the image",
      reference.kind === "tag"
        ? `${repository}/packages/${path}/tags/${reference.tag}`
        : `${repository}/dockerImages/${path}@${reference.digest}`,
    );
  }

  async #exists(goal: string, name: string): Promise<boolean> {
    try {
      await this.#rest.send({ goal, subject: name, host: HOST, path: `/v1/${name}` });
      return true;
    } catch (error) {
      if (hasCode(error, CODE.notFound)) return false;
      throw error;
    }
  }
}
