import type { ArtifactRegistry } from "./artifact-registry.ts";
import { IamPolicies } from "./iam-policies.ts";
import { ResourceManager } from "./resource-manager.ts";
import type { Rest } from "./rest.ts";
import { RunLocations } from "./run-locations.ts";
import { SecretList } from "./secret-list.ts";
import { ServiceAccounts } from "./service-accounts.ts";
import { ServiceUsage } from "./service-usage.ts";

/** The APIs that tell how a project is set up. None of their calls changes anything. */
export type ProjectServices = {
  readonly projects: Pick<ResourceManager, "getProject">;
  readonly apis: Pick<ServiceUsage, "areOn">;
  readonly accounts: Pick<ServiceAccounts, "findAccount">;
  readonly images: Pick<ArtifactRegistry, "hasRepository" | "hasImage">;
  readonly secrets: Pick<SecretList, "hasSecret">;
  readonly regions: Pick<RunLocations, "listRegions">;
  readonly policies: Pick<IamPolicies, "heldPermissions" | "findPolicy">;
  /** What was seen beside the answers: the clock, and which APIs answer. */
  readonly seen: Pick<Rest, "skewMs" | "answered">;
};

/** `images` is loaded when it is first asked for: most projects name no repository. */
export const projectServices = (
  rest: Rest,
  images: () => Promise<Pick<ArtifactRegistry, "hasRepository" | "hasImage">>,
): ProjectServices => ({
  projects: new ResourceManager(rest),
  apis: new ServiceUsage(rest),
  accounts: new ServiceAccounts(rest),
  images: {
    hasRepository: async (name) => (await images()).hasRepository(name),
    hasImage: async (image) => (await images()).hasImage(image),
  },
  secrets: new SecretList(rest),
  regions: new RunLocations(rest),
  policies: new IamPolicies(rest),
  seen: rest,
});
