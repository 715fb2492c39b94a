import { z } from "zod";
import type { Users } from "../auth/users.ts";
import type { WorkloadPools } from "../auth/workload-pools.ts";
import type { Identities } from "../iam/identities.ts";
import type { Binding, Policies } from "../iam/policies.ts";
import type { Project } from "../platform.ts";

const bindingSchema = z.strictObject({
  role: z.string().min(1),
  members: z.array(z.string().min(1)),
  condition: z
    .object({
      expression: z.string().min(1),
      title: z.string().optional(),
      description: z.string().optional(),
    })
    .optional(),
});

const permissions = z.array(z.string().min(1));

/** The body of `POST /emulator/seed`, and the content of `--seed`. */
export const seedSchema = z.strictObject({
  project: z
    .strictObject({
      id: z.string().regex(/^[a-z][a-z0-9-]*$/, "must be a project id"),
      number: z.string().regex(/^\d+$/, "must be digits"),
    })
    .optional(),
  serviceAccounts: z
    .array(
      z.strictObject({
        email: z.email(),
        publicKeyPem: z.string().optional(),
        /** The `kid` of its tokens; without it every `kid` is accepted. */
        keyId: z.string().optional(),
      }),
    )
    .default([]),
  /** People with a sign-in that gcloud stored (`authorized_user`). */
  users: z
    .array(
      z.strictObject({
        email: z.email(),
        clientId: z.string().min(1),
        clientSecret: z.string().min(1),
        refreshToken: z.string().min(1),
      }),
    )
    .default([]),
  /** Outside identity providers; the emulator plays them and signs their subject tokens. */
  workloadIdentityProviders: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(
            /^projects\/\d+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]{4,32}\/providers\/[a-z0-9-]{4,32}$/,
            "must be the full name of a provider, with the project's number",
          ),
        issuer: z.url(),
        allowedAudiences: z.array(z.string()).default([]),
        attributeMapping: z
          .record(
            z.string().regex(/^(google\.subject|attribute\.[a-z0-9_]+)$/),
            z.string().regex(/^assertion\.\w+$/),
          )
          .default({ "google.subject": "assertion.sub" }),
        attributeCondition: z.string().optional(),
      }),
    )
    .default([]),
  /** The APIs that the project has enabled, e.g. `run.googleapis.com`; not said: all of them, as before. */
  services: z.array(z.string().regex(/^[a-z]+\.googleapis\.com$/, "must be a host")).optional(),
  policies: z
    .array(
      z.strictObject({
        resource: z.string().regex(/^projects\/[^/]+/, "must begin with projects/"),
        bindings: z.array(bindingSchema),
      }),
    )
    .default([]),
  roles: z
    .record(
      z.string(),
      z.union([
        permissions,
        z
          .object({ includedPermissions: permissions })
          .transform((role) => role.includedPermissions),
      ]),
    )
    .default({}),
});

export type Seed = z.output<typeof seedSchema>;

type Soil = {
  readonly identities: Identities;
  readonly policies: Policies;
  readonly users: Users;
  readonly pools: WorkloadPools;
  /** The project is the seed's own; undefined means the default one. */
  enableOnly(project: Project | undefined, services: readonly string[]): void;
};

/** Adds a seed to what is known; roles come before the bindings that name them. */
export function plant(seed: Seed, soil: Soil): void {
  const { identities, policies, users, pools, enableOnly } = soil;
  if (seed.project !== undefined) identities.addProject(seed.project);
  if (seed.services !== undefined) enableOnly(seed.project, seed.services);
  for (const { email, publicKeyPem, keyId } of seed.serviceAccounts)
    identities.addAccount({
      email,
      ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
      ...(keyId === undefined ? {} : { keyId }),
    });
  for (const user of seed.users) users.add(user);
  for (const provider of seed.workloadIdentityProviders) pools.add(provider);
  for (const [name, role] of Object.entries(seed.roles)) policies.addRole(name, role);
  for (const { resource, bindings } of seed.policies)
    policies.addBindings(resource, bindings.map(bindingOf));
}

function bindingOf({ role, members, condition }: SeedBinding): Binding {
  if (condition === undefined) return { role, members };
  const { expression, title, description } = condition;
  return {
    role,
    members,
    condition: {
      expression,
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
    },
  };
}

type SeedBinding = Seed["policies"][number]["bindings"][number];
