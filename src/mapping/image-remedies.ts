import { shellWord } from "../credentials/shell-word.ts";
import { type ArtifactImage, repositoryAddress } from "./artifact-image.ts";
import type { Remedy } from "./readiness-check.ts";

/** A tag is built and pushed; nobody can push what has a given digest, so the agent is given one that is there. */
export function mendImage(agent: string, reference: string, image: ArtifactImage): Remedy {
  return image.reference.kind === "tag"
    ? {
        gcloud: `docker build --tag=${reference} . && docker push ${reference}  # in the directory of the image's Dockerfile`,
      }
    : { gcloud: nameNewest(agent, image.reference.digest, image) };
}

function nameNewest(agent: string, digest: string, image: ArtifactImage): string {
  const path = `${repositoryAddress(image.repository)}/${image.image}`;
  const newest = `gcloud artifacts docker images list ${path} --sort-by=~updateTime --limit=1 --format='value(version)'`;
  const file = shellWord(`agents/${agent}/config.toml`);
  return `sed -i.bak "s|${digest}|$(${newest})|" ${file}  # names the newest image that is there`;
}
