import type { ImageStore } from "../artifact-registry/image-store.ts";
import { type RepositoryName, repositoryIn } from "../artifact-registry/names.ts";
import type { Platform } from "../core/platform.ts";
import { RegistryError } from "./registry-error.ts";

/** Where an image lies: the repository, and the image's path below it. */
export type ImagePlace = { readonly repository: RepositoryName; readonly image: string };

type Needs = { readonly platform: Pick<Platform, "findProject">; readonly store: ImageStore };

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const LOCATION = /^[a-z]+(-[a-z]+\d+)?$/;
/** The host of a location's registry, with or without a port. */
const REGISTRY_HOST = /^([a-z]+(?:-[a-z]+\d+)?)-docker\.pkg\.dev(?::\d+)?$/;

/**
 * The place that a name of a request means. The location is told by the Host header, or by the name's first segment
 * (`us-central1` or `us-central1-docker.pkg.dev`), or else is that of the only repository of this project and id.
 */
export function placeOf(needs: Needs, asked: { host: string; name: string }): ImagePlace {
  const { location, segments } = split(needs, asked);
  const [projectId = "", repositoryId = "", ...image] = segments;
  if (!NAME.test(segments.join("/")) || image.length === 0)
    throw new RegistryError("NAME_INVALID", "The name must be PROJECT/REPOSITORY/IMAGE.");
  const project = needs.platform.findProject(projectId);
  if (project === undefined)
    throw new RegistryError("NAME_UNKNOWN", `Project "${projectId}" not found`);
  const found = location ?? onlyLocation(needs, { projectId: project.id, repositoryId });
  return {
    repository: repositoryIn({ project, location: found }, repositoryId),
    image: image.join("/"),
  };
}

/** The place that an image reference like `us-central1-docker.pkg.dev/P/R/IMAGE:TAG` names, if it is one of ours. */
export function placeOfReference(
  { platform }: Pick<Needs, "platform">,
  image: string,
): (ImagePlace & { readonly reference: string }) | undefined {
  const [, host = "", path = "", tag = "latest", digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(image) ?? [];
  const location = REGISTRY_HOST.exec(host)?.[1];
  const [projectId = "", repositoryId = "", ...rest] = path.split("/");
  const project = platform.findProject(projectId);
  if (location === undefined || project === undefined || rest.length === 0) return undefined;
  const repository = repositoryIn({ project, location }, repositoryId);
  return { repository, image: rest.join("/"), reference: digest ?? tag };
}

function split(
  { platform }: Needs,
  { host, name }: { host: string; name: string },
): { location: string | undefined; segments: string[] } {
  const segments = name.split("/");
  const location = REGISTRY_HOST.exec(host)?.[1];
  if (location !== undefined) return { location, segments };
  const [first = "", ...rest] = segments;
  const leading = REGISTRY_HOST.exec(first)?.[1] ?? (LOCATION.test(first) ? first : undefined);
  const isLocation = leading !== undefined && platform.findProject(first) === undefined;
  return isLocation && rest.length > 2
    ? { location: leading, segments: rest }
    : { location: undefined, segments };
}

function onlyLocation(
  { store }: Needs,
  { projectId, repositoryId }: { projectId: string; repositoryId: string },
): string {
  const pattern = new RegExp(`^projects/${projectId}/locations/([^/]+)/repositories/([^/]+)$`);
  const locations = [...store.repositories.keys()].flatMap((name) => {
    const [, location = "", id] = pattern.exec(name) ?? [];
    return id === repositoryId ? [location] : [];
  });
  const [only, ...others] = locations;
  if (only === undefined)
    throw new RegistryError("NAME_UNKNOWN", `Repository "${repositoryId}" not found`);
  if (others.length > 0)
    throw new RegistryError(
      "NAME_UNKNOWN",
      `Repository "${repositoryId}" is in ${locations.sort().join(" and ")}: begin the name with one of them.`,
    );
  return only;
}
