import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Grant, SetUp } from "./set-up.ts";
import type { SetUpName } from "./variable-sets.ts";

/** A set-up as kept on disk, with the hash of the module's files that it was planned from. */
export type KeptSetUp = SetUp & { readonly moduleSha256: string };

/** Where the plan of a set-up is kept; `npx vitest run test/terraform/terraform.test.ts -u` writes it anew. */
export const fixturePath = (name: SetUpName): string =>
  join(import.meta.dirname, "../../fixtures/terraform", `${name}.json`);

/** What the module makes of a project with those variables. Needs no Terraform. */
export const readSetUp = (name: SetUpName): KeptSetUp =>
  JSON.parse(readFileSync(fixturePath(name), "utf8")) as KeptSetUp;

/** Who may do what afterwards. */
export const grantsOf = (name: SetUpName): readonly Grant[] => readSetUp(name).grants;

/** The same in the form of the emulator's `POST /emulator/seed`; keys of accounts are the caller's to add. */
export function seedOf({ variables, serviceAccounts, roles, grants }: SetUp): {
  readonly serviceAccounts: readonly { readonly email: string }[];
  readonly roles: SetUp["roles"];
  readonly policies: readonly {
    readonly resource: string;
    readonly bindings: readonly {
      readonly role: string;
      readonly members: readonly string[];
      readonly condition?: NonNullable<Grant["condition"]>;
    }[];
  }[];
} {
  const project = `projects/${String(variables.project)}`;
  const fullNames: Readonly<Record<string, string>> = {
    project,
    serviceAccounts: `${project}/serviceAccounts`,
    repositories: `${project}/locations/${String(variables.region)}/repositories`,
  };
  return {
    serviceAccounts: Object.values(serviceAccounts).map((email) => ({ email })),
    roles,
    policies: grants.map(({ resource, role, member, condition }) => {
      const [kind = "", id] = resource.split("/");
      return {
        resource: [fullNames[kind] ?? kind, id].filter(Boolean).join("/"),
        bindings: [{ role, members: [member], ...(condition === undefined ? {} : { condition }) }],
      };
    }),
  };
}
