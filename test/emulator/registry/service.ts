import type { ImageStore } from "../artifact-registry/image-store.ts";
import type { Json, Service, UnaryHandler } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { blobHandlers } from "./blobs.ts";
import type { Exchange } from "./exchange.ts";
import { manifestHandlers } from "./manifests.ts";
import { Uploads } from "./uploads.ts";

/** What the registry's calls are called in the journal and in fault rules. */
export const REGISTRY = "google.devtools.artifactregistry.docker";

/** Docker's registry API over the images of Artifact Registry; its requests and replies are not JSON. */
export function registryService(platform: Platform, store: ImageStore): Service {
  const context = { platform, store, uploads: new Uploads(store.blobs) };
  const handlers = { ...blobHandlers(context), ...manifestHandlers(context) };
  const unary = Object.entries(handlers).map(([method, handler]): [string, UnaryHandler] => [
    `${REGISTRY}.${method}`,
    async ({ exchange }: Json, call) => handler(exchange as Exchange, call),
  ]);
  return { unary: Object.fromEntries(unary) };
}
