import type { ArtifactRegistryClient } from "@google-cloud/artifact-registry";
import type { Caller } from "./call.ts";
import { CODE, hasCode } from "./google-call-error.ts";

/** What is looked for: a tag, or a digest, of an image in a repository. */
type WantedImage = {
  readonly repository: string;
  readonly image: string;
  readonly reference:
    | { readonly kind: "tag"; readonly tag: string }
    | { readonly kind: "digest"; readonly digest: string };
};

/** Artifact Registry v1, as far as looking goes (https://cloud.google.com/artifact-registry/docs/reference/rpc). */
export class ArtifactRegistry {
  readonly #client: ArtifactRegistryClient;
  readonly #call: Caller;

  constructor(client: ArtifactRegistryClient, call: Caller) {
    this.#client = client;
    this.#call = call;
  }

  /** Needs artifactregistry.repositories.get. @throws GoogleCallError */
  hasRepository(name: string): Promise<boolean> {
    const plan = { goal: "find the repository", subject: name, idempotent: true };
    return isThere(this.#call(plan, (options) => this.#client.getRepository({ name }, options)));
  }

  /** Needs artifactregistry.tags.get, or artifactregistry.dockerimages.get for a digest. @throws GoogleCallError */
  hasImage({ repository, image, reference }: WantedImage): Promise<boolean> {
    // The slashes of an image's path are part of one segment.
    const path = encodeURIComponent(image);
    const goal = "find the image";
    if (reference.kind === "tag") {
      const name = `${repository}/packages/${path}/tags/${reference.tag}`;
      const plan = { goal, subject: name, idempotent: true };
      return isThere(this.#call(plan, (options) => this.#client.getTag({ name }, options)));
    }
    const name = `${repository}/dockerImages/${path}@${reference.digest}`;
    const plan = { goal, subject: name, idempotent: true };
    return isThere(this.#call(plan, (options) => this.#client.getDockerImage({ name }, options)));
  }
}

async function isThere(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (hasCode(error, CODE.notFound)) return false;
    throw error;
  }
}
