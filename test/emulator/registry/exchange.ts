import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type {
  ImageStore,
  PackageRecord,
  RepositoryRecord,
} from "../artifact-registry/image-store.ts";
import type { Platform } from "../core/platform.ts";
import type { ImagePlace } from "./image-place.ts";
import { RegistryError } from "./registry-error.ts";
import type { Uploads } from "./uploads.ts";

/** What every handler of the registry works with. */
export type RegistryContext = {
  readonly platform: Platform;
  readonly store: ImageStore;
  readonly uploads: Uploads;
};

/** One request of the registry's API. */
export type Exchange = {
  readonly place: ImagePlace;
  /** The name as the request wrote it, for the URLs of the answer. */
  readonly name: string;
  /** The Host header, which may name the location. */
  readonly host: string;
  /** A digest, a tag or an upload's id; empty where the path has none. */
  readonly reference: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
};

/** What the answer is made of: at most one of the bodies. */
export type RegistryReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes?: Buffer;
  readonly file?: string;
};

/** The repository, or NAME_UNKNOWN (text: GoogleCloudPlatform/developer-journey-app#117). */
export function repositoryOf(
  { store }: Pick<RegistryContext, "store">,
  { repository }: ImagePlace,
): RepositoryRecord {
  const found = store.repositories.get(repository.name);
  if (found !== undefined) return found;
  throw new RegistryError("NAME_UNKNOWN", `Repository "${repository.repository}" not found`);
}

/** What was pushed under this name, blobs included, or NAME_UNKNOWN. */
export function packageOf(
  context: Pick<RegistryContext, "store">,
  place: ImagePlace,
): PackageRecord {
  const found = repositoryOf(context, place).packages.get(place.image);
  if (found !== undefined) return found;
  throw new RegistryError("NAME_UNKNOWN", `Requested entity was not found.`);
}

export const nowOf = ({ platform }: RegistryContext): string =>
  new Date(platform.clock.now()).toISOString();

const permission = (verb: string): string => `artifactregistry.repositories.${verb}`;

export const DOWNLOAD = permission("downloadArtifacts");
export const UPLOAD = permission("uploadArtifacts");
export const DELETE = permission("deleteArtifacts");
