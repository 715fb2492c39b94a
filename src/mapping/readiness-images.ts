import { artifactImage, repositoryAddress } from "./artifact-image.ts";
import { mendImage } from "./image-remedies.ts";
import { dependingOn } from "./readiness-apis.ts";
import { type Check, missing, ok, unclear } from "./readiness-check.ts";
import type { AgentPlace, ProjectFacts, ReadinessPlace } from "./readiness-facts.ts";
import { createRepository } from "./readiness-remedies.ts";
import { moduleRepository, repositoriesOf } from "./repositories.ts";

const ARTIFACTS = "artifactregistry.googleapis.com";

/** How the checks of a repository are told from those of others: the project's own needs nothing. */
export const repositorySuffix = (repository: string, place: ReadinessPlace): string =>
  repository === (place.repository ?? moduleRepository(place))
    ? ""
    : `:${repositoryAddress(repository)}`;

export const repositoryChecks = (place: ReadinessPlace, facts: ProjectFacts): Check[] =>
  repositoriesOf(place).map((repository) =>
    dependingOn(ARTIFACTS, facts, repositoryCheck(repository, place, facts)),
  );

function repositoryCheck(repository: string, place: ReadinessPlace, facts: ProjectFacts): Check {
  const about = { id: `repository${repositorySuffix(repository, place)}`, subject: repository };
  const exists = facts.repositories.get(repository)?.exists;
  if (exists === undefined || exists.kind === "unknown")
    return unclear(about, exists?.why ?? "nobody was asked");
  return exists.value
    ? ok(about)
    : missing(about, "there is no such repository", createRepository(repository, place));
}

/** An agent that no `[cloudrun]` section gives an image is looked at without one. */
export const imageChecks = ({ agents }: ReadinessPlace, facts: ProjectFacts): Check[] =>
  agents.flatMap(({ name, image }) =>
    image === undefined ? [] : [imageCheck({ name, image }, facts)],
  );

function imageCheck(
  { name, image }: Pick<AgentPlace, "name"> & { readonly image: string },
  facts: ProjectFacts,
): Check {
  const about = { id: `image:${name}`, subject: `image of ${name}: ${image}` };
  const place = artifactImage(image);
  if (place === undefined) return unclear(about, "al looks only at images in Artifact Registry");
  const found = facts.images.get(image);
  const repository = facts.repositories.get(place.repository)?.exists;
  if (repository?.kind === "known" && !repository.value)
    return dependingOn(ARTIFACTS, facts, unclear(about, "there is no such repository"));
  const check =
    found === undefined || found.kind === "unknown"
      ? unclear(about, found?.why ?? "nobody was asked")
      : found.value
        ? ok(about)
        : missing(about, "there is no such image", mendImage(name, image, place));
  return dependingOn(ARTIFACTS, facts, check);
}
