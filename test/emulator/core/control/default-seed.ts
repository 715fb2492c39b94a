import type { Project } from "../platform.ts";
import type { Seed } from "./seed.ts";
import type { ServiceAccountKey } from "./service-account-key.ts";

/** The project that every emulator has; its number differs from its id on purpose. */
export const DEMO_PROJECT: Project = { id: "demo-project", number: "123456789012" };

/** A controller that may do everything, and a runner that may read what begins with `al--`. */
export const defaultSeed = (controller: ServiceAccountKey): Seed => ({
  project: DEMO_PROJECT,
  serviceAccounts: [
    {
      email: controller.email,
      publicKeyPem: controller.publicKeyPem,
      keyId: controller.keyId,
    },
    { email: RUNNER },
  ],
  policies: [
    {
      resource: `projects/${DEMO_PROJECT.number}`,
      bindings: [
        { role: "roles/owner", members: [`serviceAccount:${controller.email}`] },
        {
          role: "roles/secretmanager.secretAccessor",
          members: [`serviceAccount:${RUNNER}`],
          condition: {
            expression: `resource.name.startsWith("projects/${DEMO_PROJECT.number}/secrets/al--")`,
          },
        },
      ],
    },
  ],
  users: [],
  workloadIdentityProviders: [],
  roles: {},
});

const RUNNER = `al-runner@${DEMO_PROJECT.id}.iam.gserviceaccount.com`;
