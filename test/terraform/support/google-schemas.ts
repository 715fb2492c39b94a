/** One attribute: its Terraform type, and who gives the value. `given` may be left out, and is then the provider's. */
type Use = "required" | "optional" | "computed" | "given";
type Type = "string" | "bool" | "number" | readonly ["list" | "set" | "map", "string"];
type Attribute = readonly [use: Use, type?: Type];
type Nested = { readonly nesting: "list" | "set"; readonly max?: number; readonly block: Block };

/** What a block of HCL may hold. */
export type Block = {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly blocks?: Readonly<Record<string, Nested>>;
};

const REQUIRED = ["required"] as const;
const OPTIONAL = ["optional"] as const;
const COMPUTED = ["computed"] as const;
const GIVEN = ["given"] as const;
const FLAG = ["optional", "bool"] as const;
const TEXTS = ["optional", ["list", "string"]] as const;
const LABELS = ["optional", ["map", "string"]] as const;

const one = (attributes: Block["attributes"], blocks: Block["blocks"] = {}): Nested => ({
  ...{ nesting: "list", max: 1, block: { attributes, blocks } },
});

const IAM_MEMBER: Block = {
  attributes: { id: GIVEN, role: REQUIRED, member: REQUIRED, etag: COMPUTED },
  blocks: { condition: one({ title: REQUIRED, expression: REQUIRED, description: OPTIONAL }) },
};

const iamMemberOf = (on: Block["attributes"]): Block => ({
  ...IAM_MEMBER,
  attributes: { ...IAM_MEMBER.attributes, ...on },
});

/** How often a block may stand and what it holds, by the provider's documentation: registry.terraform.io/providers/hashicorp/google/7.0.0/docs. */
export const RESOURCES: Readonly<Record<string, Block>> = {
  google_project_service: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, service: REQUIRED },
      ...{ disable_on_destroy: FLAG, disable_dependent_services: FLAG },
    },
  },
  google_service_account: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, account_id: REQUIRED, display_name: OPTIONAL },
      ...{ description: OPTIONAL, disabled: FLAG },
      ...{ email: COMPUTED, member: COMPUTED, name: COMPUTED, unique_id: COMPUTED },
    },
  },
  google_service_account_iam_member: iamMemberOf({ service_account_id: REQUIRED }),
  google_service_account_key: {
    attributes: {
      ...{ id: GIVEN, service_account_id: REQUIRED, key_algorithm: OPTIONAL, keepers: LABELS },
      ...{ name: COMPUTED, private_key: COMPUTED, public_key: COMPUTED },
    },
  },
  google_project_iam_custom_role: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, role_id: REQUIRED, title: REQUIRED, description: OPTIONAL },
      ...{ stage: OPTIONAL, permissions: ["required", ["set", "string"]], name: COMPUTED },
    },
  },
  google_project_iam_member: iamMemberOf({ project: REQUIRED }),
  google_artifact_registry_repository: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, location: GIVEN, repository_id: REQUIRED, format: REQUIRED },
      ...{ description: OPTIONAL, labels: LABELS, cleanup_policy_dry_run: FLAG, name: COMPUTED },
    },
    blocks: {
      cleanup_policies: {
        nesting: "set",
        block: {
          attributes: { id: REQUIRED, action: OPTIONAL },
          blocks: {
            condition: one({
              ...{ tag_state: OPTIONAL, older_than: OPTIONAL, newer_than: OPTIONAL },
              ...{ tag_prefixes: TEXTS, package_name_prefixes: TEXTS },
            }),
            most_recent_versions: one({
              ...{ keep_count: ["optional", "number"], package_name_prefixes: TEXTS },
            }),
          },
        },
      },
    },
  },
  google_artifact_registry_repository_iam_member: iamMemberOf({
    ...{ project: GIVEN, location: GIVEN, repository: REQUIRED },
  }),
  google_secret_manager_secret: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, secret_id: REQUIRED, labels: LABELS, annotations: LABELS },
      ...{ ttl: OPTIONAL, name: COMPUTED },
    },
    blocks: {
      replication: one(
        {},
        {
          auto: one({}),
          user_managed: one(
            {},
            {
              replicas: { nesting: "list", block: { attributes: { location: REQUIRED } } },
            },
          ),
        },
      ),
    },
  },
  google_iam_workload_identity_pool: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, workload_identity_pool_id: REQUIRED, disabled: FLAG },
      ...{ display_name: OPTIONAL, description: OPTIONAL, name: COMPUTED },
    },
  },
  google_iam_workload_identity_pool_provider: {
    attributes: {
      ...{ id: GIVEN, project: GIVEN, workload_identity_pool_id: REQUIRED },
      ...{ workload_identity_pool_provider_id: REQUIRED, display_name: OPTIONAL },
      ...{ attribute_condition: OPTIONAL, attribute_mapping: LABELS, name: COMPUTED },
    },
    blocks: { oidc: one({ issuer_uri: REQUIRED, allowed_audiences: TEXTS, jwks_json: OPTIONAL }) },
  },
};

export const DATA_SOURCES: Readonly<Record<string, Block>> = {
  google_project: {
    attributes: { id: GIVEN, project_id: OPTIONAL, number: COMPUTED, name: COMPUTED },
  },
};

export const PROVIDER: Block = { attributes: { project: OPTIONAL, region: OPTIONAL } };
