import { z } from "zod";
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
  /** The project is the seed's own; undefined means the default one. */
  enableOnly(project: Project | undefined, services: readonly string[]): void;
};

/** Adds a seed to what is known; roles come before the bindings that name them. */
export function plant(seed: Seed, { identities, policies, enableOnly }: Soil): void {
  if (seed.project !== undefined) identities.addProject(seed.project);
  if (seed.services !== undefined) enableOnly(seed.project, seed.services);
  for (const { email, publicKeyPem, keyId } of seed.serviceAccounts)
    identities.addAccount({
      email,
      ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
      ...(keyId === undefined ? {} : { keyId }),
    });
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
