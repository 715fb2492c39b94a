import { ImageStore } from "../artifact-registry/image-store.ts";
import type { Service, UnaryHandler } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { UnpackedImages } from "../images/unpacked-images.ts";
import type { OperationStore } from "../operations/operation-store.ts";
import type { SecretStore } from "../secret-manager/secret-store.ts";
import { executionHandlers } from "./executions.ts";
import { jobHandlers } from "./jobs.ts";
import type { RunStore } from "./run-store.ts";
import { taskHandlers } from "./tasks.ts";

const PACKAGE = "google.cloud.run.v2";

/** Cloud Run Admin API v2: jobs, executions and tasks. */
export function runService(
  platform: Platform,
  store: RunStore,
  operations: Pick<OperationStore, "start" | "get">,
  secrets: Pick<SecretStore, "find">,
  images: ImageStore = new ImageStore(),
): Service {
  const unpacked = new UnpackedImages(images);
  const context = { platform, store, operations, secrets, images, unpacked };
  return {
    unary: {
      ...named("Jobs", jobHandlers(context)),
      ...named("Executions", executionHandlers(context)),
      ...named("Tasks", taskHandlers(context)),
    },
  };
}

const named = (
  service: string,
  handlers: Readonly<Record<string, UnaryHandler>>,
): Readonly<Record<string, UnaryHandler>> =>
  Object.fromEntries(
    Object.entries(handlers).map(([method, handler]) => [
      `${PACKAGE}.${service}.${method}`,
      handler,
    ]),
  );
