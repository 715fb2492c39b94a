import { artifactRepository, repositoryAddress } from "../mapping/artifact-image.ts";
import { type Asking, textOf } from "./gcp-asking.ts";

/** What the Terraform module calls it unless told otherwise. */
export const USUAL_REPOSITORY = "al-agents";

type Place = { readonly project: string; readonly region: string };

/** Where the agents' images go: what a flag or `[cloud]` says, else the repository that the Terraform module makes. */
export function answerRepository({ options, known }: Asking, place: Place): string {
  const saved = textOf(known.cloud.artifact_registry);
  return options.artifactRegistry ?? followed(saved, known.cloud, place) ?? addressOf(place);
}

/** A repository of the project and region that were configured so far is, in another place, the one of the same id there. */
function followed(
  saved: string | undefined,
  before: Asking["known"]["cloud"],
  place: Place,
): string | undefined {
  const [, project, , region, , id] = (saved && artifactRepository(saved))?.split("/") ?? [];
  const isOfPlace = project === before.project && region === before.region;
  return id !== undefined && isOfPlace ? addressOf(place, id) : saved;
}

const addressOf = ({ project, region }: Place, id = USUAL_REPOSITORY): string =>
  repositoryAddress(`projects/${project}/locations/${region}/repositories/${id}`);
