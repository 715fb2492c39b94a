import type { Json } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import type { OperationStore } from "../operations/operation-store.ts";
import type { ImageStore, PackageRecord, RepositoryRecord } from "./image-store.ts";
import {
  type ArtifactNames,
  type LocationName,
  missing,
  type PackageName,
  type RepositoryName,
} from "./names.ts";

const TYPES = "type.googleapis.com/google.devtools.artifactregistry.v1";

/** What every handler of Artifact Registry works with. */
export type ArtifactContext = {
  readonly platform: Platform;
  readonly store: ImageStore;
  readonly names: ArtifactNames;
  readonly operations: OperationStore;
};

/** The repository, or NOT_FOUND. */
export function repositoryOf(
  { store }: ArtifactContext,
  { name }: RepositoryName,
): RepositoryRecord {
  const found = store.repositories.get(name);
  if (found === undefined) throw missing();
  return found;
}

/** The package with at least one image, or NOT_FOUND. */
export function packageOf(context: ArtifactContext, name: PackageName): PackageRecord {
  const found = repositoryOf(context, name).findFilled(name.image);
  if (found === undefined) throw missing();
  return found;
}

export const nowOf = ({ platform }: Pick<ArtifactContext, "platform">): string =>
  new Date(platform.clock.now()).toISOString();

/** Starts an operation whose effect comes with its end; a repository's response is the resource. */
export function later(
  { platform, operations, store }: ArtifactContext,
  { project, location }: LocationName,
  effect: () => Json | undefined,
): Json {
  const metadata = { "@type": `${TYPES}.OperationMetadata` };
  const parent = `projects/${project.id}/locations/${location}`;
  const operation = operations.start(parent, metadata);
  const { era } = store;
  platform.clock.after(platform.operationDelayMs, () => {
    if (store.era !== era) return;
    const resource = effect();
    operation.succeed(
      resource === undefined
        ? { "@type": "type.googleapis.com/google.protobuf.Empty" }
        : { "@type": `${TYPES}.Repository`, ...resource },
    );
  });
  return operations.get(operation.name);
}
