import { artifactImage } from "./artifact-image.ts";
import type { ReadinessPlace } from "./readiness-facts.ts";

type Place = Pick<ReadinessPlace, "project" | "region" | "repository" | "agents">;

/** The repository of `[cloud] artifact_registry` and those that hold an agent's image, each once. */
export const repositoriesOf = ({ repository, agents }: Place): string[] => {
  const ofImages = agents.map(({ image }) =>
    image === undefined ? undefined : artifactImage(image)?.repository,
  );
  return [...new Set([repository, ...ofImages])].filter((each) => each !== undefined);
};

/** The one that the module in terraform/ makes: of this project and region, configured or the only one of the agents' images. */
export function moduleRepository(place: Place): string | undefined {
  const [first, ...others] =
    place.repository === undefined ? repositoriesOf(place) : [place.repository];
  if (first === undefined || others.length > 0) return undefined;
  const isOurs = first.startsWith(`projects/${place.project}/locations/${place.region}/`);
  return isOurs ? first : undefined;
}
