import type { ImageStore } from "../artifact-registry/image-store.ts";
import type { Platform } from "../core/platform.ts";
import type { UnpackedImages } from "../images/unpacked-images.ts";
import type { OperationStore } from "../operations/operation-store.ts";
import type { SecretStore } from "../secret-manager/secret-store.ts";
import type { RunStore } from "./run-store.ts";

/** What every handler and every execution of Cloud Run works with. */
export type RunContext = {
  readonly platform: Platform;
  readonly store: RunStore;
  readonly operations: Pick<OperationStore, "start" | "get">;
  readonly secrets: Pick<SecretStore, "find">;
  readonly images: ImageStore;
  readonly unpacked: UnpackedImages;
};
