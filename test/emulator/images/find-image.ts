import { readFileSync } from "node:fs";
import type {
  ImageStore,
  ManifestRecord,
  PackageRecord,
} from "../artifact-registry/image-store.ts";
import type { StatusName } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { Platform, Project } from "../core/platform.ts";
import { placeOfReference } from "../registry/image-place.ts";

/** An image that can run here: its manifest and its configuration. */
export type RunnableImage = { readonly manifest: ManifestRecord; readonly config: Json };

/** Why an image cannot run, in Cloud Run's words. */
export type ImageProblem = { readonly status: StatusName; readonly problem: string };

type Needs = {
  readonly platform: Pick<Platform, "findProject" | "isAllowed">;
  readonly images: ImageStore;
};

const DOWNLOAD = "artifactregistry.repositories.downloadArtifacts";

/** The linux/amd64 image that a reference means for a job of this project. */
export function findImage(
  { platform, images }: Needs,
  image: string,
  project: Project,
): RunnableImage | ImageProblem {
  const place = placeOfReference({ platform }, image);
  const absent = { status: "NOT_FOUND", problem: `Image '${image}' not found.` } as const;
  if (place === undefined) return absent;
  const owner = place.repository.project;
  // The service agent of the job's project pulls; elsewhere it needs a grant (cloud.google.com/run/docs/deploying).
  const agent = `service-${project.number}@serverless-robot-prod.iam.gserviceaccount.com`;
  const isOwn = owner.number === project.number;
  if (!isOwn && !platform.isAllowed(agent, DOWNLOAD, place.repository.iam))
    return {
      status: "PERMISSION_DENIED",
      problem: `Google Cloud Run Service Agent ${agent} must have permission to read the image, ${image}. Ensure that the provided container image URL is correct and that the above account has permission to access the image.`,
    };
  const record = images.repositories.get(place.repository.name)?.packages.get(place.image);
  const manifest = record?.find(place.reference);
  if (record === undefined || manifest === undefined) return absent;
  return (
    forThisPlatform(images, record, manifest) ?? {
      status: "INVALID_ARGUMENT",
      problem: `Cloud Run does not support image '${image}': Container manifest type '${manifest.mediaType}' must support amd64/linux.`,
    }
  );
}

function forThisPlatform(
  images: ImageStore,
  record: PackageRecord,
  manifest: ManifestRecord,
): RunnableImage | undefined {
  const children: Json[] | undefined = manifest.content.manifests;
  if (children === undefined) {
    const config = JSON.parse(
      readFileSync(images.blobs.pathOf(manifest.content.config.digest), "utf8"),
    );
    return config.architecture === "amd64" && config.os === "linux"
      ? { manifest, config }
      : undefined;
  }
  const child = children.find(
    ({ platform }) => platform?.architecture === "amd64" && platform?.os === "linux",
  );
  const found = child === undefined ? undefined : record.manifests.get(child.digest);
  return found === undefined ? undefined : forThisPlatform(images, record, found);
}
