import { conditionHolds } from "./iam-condition.ts";
import type { IamPolicy } from "./readiness-facts.ts";

/** Whether a policy lets a service account read a secret; undefined when the policy alone does not tell. */
type Verdict = boolean | undefined;

/** Predefined roles with `secretmanager.versions.access` (https://cloud.google.com/secret-manager/docs/access-control). */
const READERS = ["roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner"];
/** Predefined roles that certainly lack it; what others hold is Google's to say. */
const OTHERS =
  /^roles\/(viewer|editor|browser|secretmanager\.(viewer|secretVersionAdder|secretVersionManager)|(run|logging|artifactregistry|storage|monitoring|cloudtrace|iam|serviceusage)\..*)$/;

/** Decides by bindings, as IAM does: one that grants is enough. */
export function mayRead(
  policy: IamPolicy,
  who: {
    readonly account: string;
    readonly secretId: string;
    /** The project's number, which names in conditions carry. */
    readonly projectNumber: string;
  },
): Verdict {
  const verdicts = policy.bindings.map(({ role, members, condition }) =>
    both(
      both(anyOf(members.map((member) => covers(member, who.account))), holdsAccess(role)),
      condition === undefined ? true : conditionHolds(condition, versionOf(who)),
    ),
  );
  return anyOf(verdicts);
}

const versionOf = (who: { readonly secretId: string; readonly projectNumber: string }) => ({
  name: `projects/${who.projectNumber}/secrets/${who.secretId}/versions/1`,
  type: "secretmanager.googleapis.com/SecretVersion",
  service: "secretmanager.googleapis.com",
});

/** Who is in a group or a domain cannot be seen from a policy. */
function covers(member: string, account: string): Verdict {
  if (member === "allUsers" || member === "allAuthenticatedUsers") return true;
  if (member.startsWith("serviceAccount:")) return member === `serviceAccount:${account}`;
  return /^(group|domain|principal|principalSet):/.test(member) ? undefined : false;
}

function holdsAccess(role: string): Verdict {
  if (READERS.includes(role)) return true;
  return OTHERS.test(role) ? false : undefined;
}

/** No, if either says no. */
const both = (one: Verdict, other: Verdict): Verdict => {
  if (one === false || other === false) return false;
  return one === undefined || other === undefined ? undefined : true;
};

const anyOf = (verdicts: readonly Verdict[]): Verdict => {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
};
