import { artifactImage } from "./artifact-image.ts";
import { dependingOn } from "./readiness-apis.ts";
import { type Check, missing, ok, unclear } from "./readiness-check.ts";
import type { AgentPlace, ProjectFacts, ReadinessPlace } from "./readiness-facts.ts";
import { createRepository, pushImage } from "./readiness-remedies.ts";

const ARTIFACTS = "artifactregistry.googleapis.com";

export function repositoryCheck({ repository }: ReadinessPlace, facts: ProjectFacts): Check[] {
  if (repository === undefined || facts.repository === undefined) return [];
  const about = { id: "repository", subject: repository };
  const { exists } = facts.repository;
  const check =
    exists.kind === "unknown"
      ? unclear(about, exists.why)
      : exists.value
        ? ok(about)
        : missing(about, "there is no such repository", createRepository(repository));
  return [dependingOn(ARTIFACTS, facts, check)];
}

export const imageChecks = ({ agents }: ReadinessPlace, facts: ProjectFacts): Check[] =>
  agents.map((agent) => imageCheck(agent, facts));

function imageCheck({ name, image }: AgentPlace, facts: ProjectFacts): Check {
  const about = { id: `image:${name}`, subject: `image of ${name}: ${image}` };
  const place = artifactImage(image);
  if (place === undefined) return unclear(about, "al looks only at images in Artifact Registry");
  const found = facts.images.get(image);
  const repository = facts.repository?.exists;
  const check =
    found === undefined || found.kind === "unknown"
      ? unclear(about, found?.why ?? "nobody was asked")
      : found.value
        ? ok(about)
        : repository?.kind === "known" && !repository.value
          ? unclear(about, "there is no such repository")
          : missing(
              about,
              "there is no such image",
              pushImage(name, {
                reference: image,
                repository: place.repository,
                byTag: place.reference.kind === "tag",
              }),
            );
  return dependingOn(ARTIFACTS, facts, check);
}
