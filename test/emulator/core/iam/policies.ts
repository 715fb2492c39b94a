import { GoogleError } from "../google-error.ts";
import type { EmulatorClock } from "../platform.ts";
import { conditionOf } from "./condition.ts";
import type { Identities } from "./identities.ts";
import { attributesOf, resourceAndContainers } from "./resource-names.ts";
import { PREDEFINED_ROLES } from "./roles.ts";

/** One line of an IAM policy. */
export type Binding = {
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: {
    readonly expression: string;
    readonly title?: string;
    readonly description?: string;
  };
};

/** A policy as it was last written; what it grants may take effect later. */
export type Policy = {
  readonly bindings: readonly Binding[];
  /** Grows with every write; 0 when nobody has written yet. */
  readonly revision: number;
};

/** When a written policy begins to count (docs.cloud.google.com/iam/docs/access-change-propagation). */
export type Propagation = {
  readonly clock: Pick<EmulatorClock, "now">;
  /** How long a policy set by `setPolicy` is without effect. */
  readonly delayMs: number;
};

const AT_ONCE: Propagation = { clock: { now: () => 0 }, delayMs: 0 };

type Written = Policy & { readonly effectiveAtMs: number };

const NOTHING: Written = { bindings: [], revision: 0, effectiveAtMs: 0 };

export type AccessRequest = {
  readonly email: string;
  readonly permission: string;
  /** Full name; the project may be written by id or by number. */
  readonly resource: string;
};

/** The IAM policies of projects, secrets, jobs and service accounts, and the decision that follows from them. */
export class Policies {
  readonly #identities: Identities;
  readonly #propagation: Propagation;
  /** By resource: what is in effect, then what is on its way. */
  readonly #written = new Map<string, Written[]>();
  readonly #customRoles = new Map<string, readonly string[]>();

  constructor(identities: Identities, propagation: Propagation = AT_ONCE) {
    this.#identities = identities;
    this.#propagation = propagation;
  }

  /** `name` is `projects/P/roles/ID` or `organizations/O/roles/ID`. */
  addRole(name: string, permissions: readonly string[]): void {
    this.#customRoles.set(this.#byNumber(name), permissions);
  }

  /** Adds bindings to a resource's policy, in effect at once; refuses roles and conditions that the emulator cannot judge. */
  addBindings(resource: string, bindings: readonly Binding[]): void {
    const now = this.#propagation.clock.now();
    const all = [...this.policyOf(resource).bindings, ...bindings];
    this.#write(resource, { bindings: all, effectiveAtMs: now });
  }

  /** Replaces a resource's policy; grants and withdrawals count only after the delay. */
  setPolicy(resource: string, bindings: readonly Binding[]): Policy {
    const { clock, delayMs } = this.#propagation;
    return this.#write(resource, { bindings, effectiveAtMs: clock.now() + delayMs });
  }

  /** The policy as last written, whether it is in effect yet or not. */
  policyOf(resource: string): Policy {
    const { bindings, revision } = this.#written.get(this.#byNumber(resource))?.at(-1) ?? NOTHING;
    return { bindings, revision };
  }

  /** Forgets the policy of a resource that is gone: one made again under its name begins without. */
  remove(resource: string): void {
    this.#written.delete(this.#byNumber(resource));
  }

  isAllowed({ email, permission, resource }: AccessRequest): boolean {
    const name = this.#byNumber(resource);
    // Conditions judge the resource that is used, wherever the binding hangs.
    const attributes = attributesOf(name);
    const caller = this.#identities.membersOf(email);
    return resourceAndContainers(name)
      .flatMap((each) => this.#inEffect(each))
      .some(
        ({ role, members, condition }) =>
          members.some((member) => covers(member, caller)) &&
          this.#permissionsOf(role).includes(permission) &&
          (condition === undefined || conditionOf(condition.expression)(attributes)),
      );
  }

  #write(resource: string, written: Pick<Written, "bindings" | "effectiveAtMs">): Policy {
    for (const { role, condition } of written.bindings) {
      this.#permissionsOf(role);
      if (condition !== undefined) conditionOf(condition.expression);
    }
    const key = this.#byNumber(resource);
    const revision = this.policyOf(resource).revision + 1;
    const now = this.#propagation.clock.now();
    const earlier = this.#written.get(key) ?? [];
    // What something later has replaced already is never asked for again.
    const superseded = earlier.findLastIndex(({ effectiveAtMs }) => effectiveAtMs <= now);
    this.#written.set(key, [...earlier.slice(Math.max(0, superseded)), { ...written, revision }]);
    return { bindings: written.bindings, revision };
  }

  #inEffect(key: string): readonly Binding[] {
    const now = this.#propagation.clock.now();
    const written = this.#written.get(key) ?? [];
    return written.findLast(({ effectiveAtMs }) => effectiveAtMs <= now)?.bindings ?? [];
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
    const found =
      project === "-"
        ? this.#identities.ownerOf(rest[1] ?? "")
        : this.#identities.findProject(project);
    return ["projects", found?.number ?? project, ...rest].join("/");
  }
}

const covers = (member: string, caller: readonly string[]): boolean =>
  caller.includes(member) || member === "allUsers" || member === "allAuthenticatedUsers";
