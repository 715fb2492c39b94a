import { GoogleError } from "../core/google-error.ts";
import type { Service } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { OperationStore } from "../operations/operation-store.ts";
import type { ImageStore } from "./image-store.ts";
import { imageHandlers } from "./images.ts";
import { ArtifactNames } from "./names.ts";
import { repositoryHandlers } from "./repositories.ts";
import { tagHandlers } from "./tags.ts";

const SERVICE = "google.devtools.artifactregistry.v1.ArtifactRegistry";

/** Artifact Registry v1, for Docker repositories. Its operations are its own, as each API's are. */
export function artifactRegistryService(platform: Platform, store: ImageStore): Service {
  const operations = new OperationStore(platform.clock);
  const context = { platform, store, operations, names: new ArtifactNames(platform) };
  const handlers = {
    ...repositoryHandlers(context),
    ...imageHandlers(context),
    ...tagHandlers(context),
    GetOperation: ({ name }: { name?: string }) => {
      if (!/^projects\/[^/]+\/locations\/[^/]+\/operations\/[^/]+$/.test(String(name)))
        throw new GoogleError("INVALID_ARGUMENT", "Request contains an invalid argument.");
      return operations.get(String(name));
    },
  };
  return {
    unary: Object.fromEntries(
      Object.entries(handlers).map(([method, handler]) => [`${SERVICE}.${method}`, handler]),
    ),
  };
}
