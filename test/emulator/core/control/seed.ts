import { z } from "zod";
import type { Identities } from "../iam/identities.ts";
import type { Policies } from "../iam/policies.ts";

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

/** Adds a seed to what is known; roles come before the bindings that name them. */
export function plant(
  seed: Seed,
  { identities, policies }: { identities: Identities; policies: Policies },
): void {
  if (seed.project !== undefined) identities.addProject(seed.project);
  for (const { email, publicKeyPem, keyId } of seed.serviceAccounts)
    identities.addAccount({
      email,
      ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
      ...(keyId === undefined ? {} : { keyId }),
    });
  for (const [name, role] of Object.entries(seed.roles)) policies.addRole(name, role);
  for (const { resource, bindings } of seed.policies)
    policies.addBindings(
      resource,
      bindings.map(({ role, members, condition }) => ({
        role,
        members,
        ...(condition === undefined ? {} : { condition: { expression: condition.expression } }),
      })),
    );
}
