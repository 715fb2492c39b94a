import { GoogleError } from "../core/google-error.ts";
import type { Platform, Project } from "../core/platform.ts";

/** A location, or a repository in it. */
export type LocationName = { readonly project: Project; readonly location: string };
export type RepositoryName = LocationName & {
  readonly repository: string;
  /** With the project's id: what resources are kept and answered under. */
  readonly name: string;
  /** With the project's number, as IAM conditions see it. */
  readonly iam: string;
};
export type PackageName = RepositoryName & {
  /** The image's path below the repository, e.g. `team/agent`. */
  readonly image: string;
};
/** A version (a digest), a tag, or a Docker image's digest, below a package. */
export type ItemName = PackageName & { readonly id: string };

const LOCATION = "projects/([^/]+)/locations/([a-z]+(?:-[a-z]+\\d+)?)";
const REPOSITORY = `${LOCATION}/repositories/([^/]+)`;
const PACKAGE = `${REPOSITORY}/packages/(.+)`;

/** The one text that Artifact Registry has for whatever is missing (GoogleCloudPlatform/cloud-run-button#273). */
export const missing = (): GoogleError =>
  new GoogleError("NOT_FOUND", "Requested entity was not found.");

export const invalid = (message: string): GoogleError =>
  new GoogleError("INVALID_ARGUMENT", message);

/** Names and names' parts; throws INVALID_ARGUMENT for what is none, PERMISSION_DENIED for a strange project. */
export class ArtifactNames {
  readonly #platform: Pick<Platform, "findProject">;

  constructor(platform: Pick<Platform, "findProject">) {
    this.#platform = platform;
  }

  location(name: unknown): LocationName & { readonly iam: string } {
    const [project = "", location = ""] = match(`^${LOCATION}$`, name);
    const found = this.#project(project);
    return { project: found, location, iam: `projects/${found.number}/locations/${location}` };
  }

  repository(name: unknown): RepositoryName {
    const [project = "", location = "", repository = ""] = match(`^${REPOSITORY}$`, name);
    return repositoryIn({ project: this.#project(project), location }, repository);
  }

  package(name: unknown): PackageName {
    const [project = "", location = "", repository = "", image = ""] = match(`^${PACKAGE}$`, name);
    const parent = repositoryIn({ project: this.#project(project), location }, repository);
    return { ...parent, image: decoded(image) };
  }

  /** `…/packages/P/<collection>/ID` */
  item(name: unknown, collection: "versions" | "tags"): ItemName {
    const [head, id = ""] = match(`^(.+)/${collection}/([^/]+)$`, name);
    return { ...this.package(head), id: decoded(id) };
  }

  /** `…/dockerImages/IMAGE@DIGEST` */
  dockerImage(name: unknown): ItemName {
    const [head, image = "", id = ""] = match(
      "^(.+?)/dockerImages/(.+)(?:@|%40)(sha256(?::|%3[Aa])[0-9a-f]{64})$",
      name,
    );
    return { ...this.repository(head), image: decoded(image), id: decoded(id) };
  }

  #project(idOrNumber: string): Project {
    const project = this.#platform.findProject(idOrNumber);
    if (project !== undefined) return project;
    throw new GoogleError(
      "PERMISSION_DENIED",
      `Permission denied on resource project ${idOrNumber} (or it may not exist).`,
    );
  }
}

export function repositoryIn(parent: LocationName, repository: string): RepositoryName {
  const below = `locations/${parent.location}/repositories/${repository}`;
  return {
    ...{ project: parent.project, location: parent.location, repository },
    name: `projects/${parent.project.id}/${below}`,
    iam: `projects/${parent.project.number}/${below}`,
  };
}

/** Slashes of an image's path are escaped in the ids of packages and images. */
export const packageName = (repository: string, image: string): string =>
  `${repository}/packages/${escaped(image)}`;

export const dockerImageName = (repository: string, image: string, digest: string): string =>
  `${repository}/dockerImages/${escaped(image)}@${digest}`;

const escaped = (image: string): string => image.replaceAll("/", "%2F");

function match(pattern: string, name: unknown): string[] {
  const found = new RegExp(pattern).exec(String(name ?? ""));
  if (found === null) throw invalid("Request contains an invalid argument.");
  return found.slice(1);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw invalid("Request contains an invalid argument.");
    throw error;
  }
}
