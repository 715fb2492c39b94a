/** An image in Artifact Registry, by tag or by digest. */
export type ArtifactImage = {
  /** `projects/P/locations/L/repositories/R` */
  readonly repository: string;
  /** The path below the repository; slashes are part of it. */
  readonly image: string;
  readonly reference:
    | { readonly kind: "tag"; readonly tag: string }
    | { readonly kind: "digest"; readonly digest: string };
};

/** `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY` (https://cloud.google.com/artifact-registry/docs/docker/names). */
const REPOSITORY = /^([a-z]+(?:-[a-z]+\d+)?)-docker\.pkg\.dev\/([^/]+)\/([^/:@]+)\/?$/;
const IMAGE =
  /^([a-z]+(?:-[a-z]+\d+)?-docker\.pkg\.dev\/[^/]+\/[^/:@]+)\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** The resource that `[cloud] artifact_registry` means; undefined for what is no repository of Artifact Registry. */
export function artifactRepository(address: string): string | undefined {
  const [, location, project, repository] =
    REPOSITORY.exec(address.replace(/^https:\/\//, "")) ?? [];
  if (repository === undefined) return undefined;
  return `projects/${project}/locations/${location}/repositories/${repository}`;
}

/** Undefined for an image of another registry. A digest counts before a tag, and no tag means `latest`, as everywhere. */
export function artifactImage(reference: string): ArtifactImage | undefined {
  const [, address = "", image, tag = "latest", digest] = IMAGE.exec(reference) ?? [];
  const repository = artifactRepository(address);
  if (repository === undefined || image === undefined) return undefined;
  return {
    repository,
    image,
    reference: digest === undefined ? { kind: "tag", tag } : { kind: "digest", digest },
  };
}

/** The address of a repository, as images are named after it. */
export function repositoryAddress(repository: string): string {
  const [, project, , location, , id] = repository.split("/");
  return `${location}-docker.pkg.dev/${project}/${id}`;
}
