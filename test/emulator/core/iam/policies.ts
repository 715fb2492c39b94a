import { GoogleError } from "../google-error.ts";
import { conditionOf } from "./condition.ts";
import type { Identities } from "./identities.ts";
import { attributesOf, resourceAndContainers } from "./resource-names.ts";
import { PREDEFINED_ROLES } from "./roles.ts";

/** One line of an IAM policy. */
export type Binding = {
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: { readonly expression: string };
};

export type AccessRequest = {
  readonly email: string;
  readonly permission: string;
  /** Full name; the project may be written by id or by number. */
  readonly resource: string;
};

/** The IAM policies of projects, secrets, jobs and service accounts, and the decision that follows from them. */
export class Policies {
  readonly #identities: Identities;
  readonly #bindings = new Map<string, Binding[]>();
  readonly #customRoles = new Map<string, readonly string[]>();

  constructor(identities: Identities) {
    this.#identities = identities;
  }

  /** `name` is `projects/P/roles/ID` or `organizations/O/roles/ID`. */
  addRole(name: string, permissions: readonly string[]): void {
    this.#customRoles.set(this.#byNumber(name), permissions);
  }

  /** Adds bindings to a resource's policy; refuses roles and conditions that the emulator cannot judge. */
  addBindings(resource: string, bindings: readonly Binding[]): void {
    for (const { role, condition } of bindings) {
      this.#permissionsOf(role);
      if (condition !== undefined) conditionOf(condition.expression);
    }
    const key = this.#byNumber(resource);
    this.#bindings.set(key, [...(this.#bindings.get(key) ?? []), ...bindings]);
  }

  isAllowed({ email, permission, resource }: AccessRequest): boolean {
    const name = this.#byNumber(resource);
    // Conditions judge the resource that is used, wherever the binding hangs.
    const attributes = attributesOf(name);
    return resourceAndContainers(name)
      .flatMap((each) => this.#bindings.get(each) ?? [])
      .some(
        ({ role, members, condition }) =>
          members.some((member) => covers(member, email)) &&
          this.#permissionsOf(role).includes(permission) &&
          (condition === undefined || conditionOf(condition.expression)(attributes)),
      );
  }

  #permissionsOf(role: string): readonly string[] {
    const permissions = PREDEFINED_ROLES[role] ?? this.#customRoles.get(this.#byNumber(role));
    if (permissions === undefined)
      throw new GoogleError("INVALID_ARGUMENT", `Role ${role} is not supported for this resource.`);
    return permissions;
  }

  #byNumber(name: string): string {
    const [head, project = "", ...rest] = name.split("/");
    if (head !== "projects") return name;
    // `projects/-/serviceAccounts/EMAIL` names an account without its project (iam/docs, REST names).
    const found = this.#identities.findProject(project === "-" ? projectOf(rest[1]) : project);
    return ["projects", found?.number ?? project, ...rest].join("/");
  }
}

const projectOf = (email: string | undefined): string =>
  /^(?:[^@]*@([^.]+)\.iam\.|(\d+)-compute@)/
    .exec(email ?? "")
    ?.slice(1)
    .find(Boolean) ?? "-";

const covers = (member: string, email: string): boolean =>
  member === `serviceAccount:${email}` ||
  member === "allUsers" ||
  member === "allAuthenticatedUsers";
