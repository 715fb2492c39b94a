import { CODE, hasCode } from "./google-call-error.ts";
import { type Json, object, type Rest, texts } from "./rest.ts";

/** A resource with a policy: each API has the same methods under its own host. */
export type PolicyResource = {
  readonly kind: "project" | "account" | "repository" | "secret";
  /** Full name, without the API's host. */
  readonly name: string;
};

/** Its bindings; conditions as expressions. */
export type Policy = {
  readonly bindings: readonly {
    readonly role: string;
    readonly members: readonly string[];
    readonly condition: string | undefined;
  }[];
};

const APIS = {
  project: { host: "cloudresourcemanager.googleapis.com", version: "v3", readsBy: "POST" },
  account: { host: "iam.googleapis.com", version: "v1", readsBy: "POST" },
  repository: { host: "artifactregistry.googleapis.com", version: "v1", readsBy: "GET" },
  secret: { host: "secretmanager.googleapis.com", version: "v1", readsBy: "GET" },
} as const;

/** google.iam.v1.IAMPolicy, as far as looking goes (https://cloud.google.com/iam/docs/reference/rest). */
export class IamPolicies {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /**
   * Which of these permissions the caller holds on the resource; asking needs none
   * (https://cloud.google.com/iam/docs/testing-permissions).
   * @throws GoogleCallError NOT_FOUND or PERMISSION_DENIED for what is not there; a secret that is not there has none
   */
  async heldPermissions(
    { kind, name }: PolicyResource,
    permissions: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const { host, version } = APIS[kind];
    const reply = await this.#rest.send({
      ...{ goal: "see what the caller may do", subject: name, host },
      ...{ path: `/${version}/${name}:testIamPermissions`, body: { permissions } },
    });
    return new Set(texts(reply.permissions));
  }

  /** Needs the resource's getIamPolicy. Undefined when it is not there. @throws GoogleCallError */
  async findPolicy({ kind, name }: PolicyResource): Promise<Policy | undefined> {
    const { host, version, readsBy } = APIS[kind];
    const path = `/${version}/${name}:getIamPolicy`;
    const asked = { goal: "read the policy", subject: name, host };
    // Older versions hide what a condition says (https://cloud.google.com/iam/docs/policies#versions).
    const request =
      readsBy === "POST"
        ? { ...asked, path, body: { options: { requestedPolicyVersion: 3 } } }
        : { ...asked, path: `${path}?options.requestedPolicyVersion=3` };
    try {
      return policyOf(await this.#rest.send(request));
    } catch (error) {
      if (hasCode(error, CODE.notFound)) return undefined;
      throw error;
    }
  }
}

function policyOf({ bindings }: Json): Policy {
  const all = Array.isArray(bindings) ? bindings.map(object) : [];
  return {
    bindings: all.map(({ role, members, condition }) => {
      const { expression } = object(condition);
      return {
        role: String(role),
        members: texts(members),
        condition: typeof expression === "string" ? expression : undefined,
      };
    }),
  };
}
