import { createHash } from "node:crypto";
import { GoogleError } from "../google-error.ts";
import type { CallContext, Json } from "../handler.ts";
import type { Identities } from "./identities.ts";
import type { Binding, Policies, Policy } from "./policies.ts";

type Needs = {
  readonly policies: Policies;
  readonly identities: Pick<Identities, "knowsAccount">;
};

// Conditions exist from policy version 3 on (docs.cloud.google.com/iam/docs/policies#versions).
const WITH_CONDITIONS = 3;

/** google.iam.v1.Policy of one resource, in the version that the caller can read. */
export const readPolicy = (
  { policies }: Pick<Needs, "policies">,
  resource: string,
  requestedVersion: number,
): Json => toJson(policies.policyOf(resource), requestedVersion);

/** Replaces the policy of one resource: ABORTED for an old etag, INVALID_ARGUMENT for what cannot be judged. */
export function writePolicy({ policies, identities }: Needs, resource: string, policy: Json): Json {
  const current = policies.policyOf(resource);
  if (policy.etag !== undefined && policy.etag !== etagOf(current))
    throw new GoogleError(
      "ABORTED",
      "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
    );
  const bindings: Binding[] = (policy.bindings ?? []).map(bindingOf);
  const hasConditions = bindings.some(({ condition }) => condition !== undefined);
  if (hasConditions && policy.version !== WITH_CONDITIONS)
    throw invalid("A policy with conditions must have the version 3.");
  for (const member of bindings.flatMap(({ members }) => members)) checkMember(member, identities);
  return toJson(policies.setPolicy(resource, bindings), WITH_CONDITIONS);
}

/** The permissions among those asked for that the caller holds; none is needed to ask. */
export function heldPermissions(
  { isAllowed }: { isAllowed(email: string, permission: string, resource: string): boolean },
  { principal, resource, permissions }: PermissionsAsked,
): Json {
  const malformed = permissions.find((each) => !/^[a-zA-Z]+(\.[a-zA-Z]+){2}$/.test(each));
  if (malformed !== undefined)
    throw invalid(`Permission ${malformed} is not valid for this resource.`);
  const held = permissions.filter(
    (permission) => principal === "owner" || isAllowed(principal, permission, resource),
  );
  return held.length === 0 ? {} : { permissions: held };
}

type PermissionsAsked = Pick<CallContext, "principal"> & {
  readonly resource: string;
  readonly permissions: readonly string[];
};

function bindingOf({ role, members, condition }: Json): Binding {
  if (role === undefined || members === undefined)
    throw invalid("A binding needs a role and members.");
  if (condition === undefined) return { role, members };
  const { expression, title, description } = condition;
  if (expression === undefined) throw invalid("A condition needs an expression.");
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

function checkMember(member: string, identities: Needs["identities"]): void {
  if (!/^(allUsers|allAuthenticatedUsers|[a-zA-Z]+:.+)$/.test(member))
    throw invalid(`The member ${member} is of an unknown type.`);
  const email = /^serviceAccount:(.+)$/.exec(member)?.[1];
  if (email !== undefined && !identities.knowsAccount(email))
    throw invalid(`Service account ${email} does not exist.`);
}

function toJson(policy: Policy, requestedVersion: number): Json {
  const hasConditions = policy.bindings.some(({ condition }) => condition !== undefined);
  const isReadable = requestedVersion >= WITH_CONDITIONS;
  const bindings = policy.bindings.map((binding) =>
    isReadable ? { ...binding } : withoutCondition(binding),
  );
  return {
    version: hasConditions && isReadable ? WITH_CONDITIONS : 1,
    ...(bindings.length > 0 && { bindings }),
    etag: etagOf(policy),
  };
}

// Older versions show that there is a condition, not which (iam/docs/troubleshooting-withcond).
function withoutCondition({ role, members, condition }: Binding): Json {
  if (condition === undefined) return { role, members };
  const digest = createHash("sha256").update(condition.expression).digest("hex").slice(0, 20);
  return { role: `${role}_withcond_${digest}`, members };
}

// `ACAB` is what Google answers for a policy that nobody has written yet.
const etagOf = ({ revision }: Policy): string => {
  if (revision === 0) return "ACAB";
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(revision));
  return Buffer.concat([Buffer.from([7]), bytes]).toString("base64");
};

const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);
