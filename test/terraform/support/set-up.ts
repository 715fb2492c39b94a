import type { Plan, PlannedModule, PlannedResource, Variables } from "./terraform.ts";

/** One line of an IAM policy. */
export type Grant = {
  /** `project`, `serviceAccounts/<e-mail>` or `repositories/<id>`. */
  readonly resource: string;
  readonly member: string;
  readonly role: string;
  /** Of a custom role; a predefined one is Google's to define. */
  readonly permissions?: readonly string[];
  readonly condition?: {
    readonly title: string;
    readonly description?: string;
    readonly expression: string;
  };
};

/** What the module makes of a project, as plain data. */
export type SetUp = {
  readonly variables: Variables;
  readonly services: readonly string[];
  /** E-mail addresses by what the account is for: `controller`, `runner/<agent>`. */
  readonly serviceAccounts: Readonly<Record<string, string>>;
  /** Permissions of the custom roles, by full name. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly grants: readonly Grant[];
  /** Who from outside may come in, as the emulator's seed takes it. */
  readonly workloadIdentityProviders: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly attributeMapping: Readonly<Record<string, string>>;
    readonly attributeCondition: string;
  }[];
  readonly probeSecret: {
    readonly id: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Empty: where Google likes. */
    readonly locations: readonly string[];
  };
  readonly outputs: Readonly<Record<string, unknown>>;
};

/** Reads a plan in which everything is known. */
export function setUpOf(variables: Variables, plan: Plan): SetUp {
  const resources = resourcesOf(plan.planned_values.root_module);
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const roles = Object.fromEntries(
    of("google_project_iam_custom_role").map(({ values }) => [
      text(values.name),
      values.permissions,
    ]),
  ) as SetUp["roles"];
  const { outputs } = plan.planned_values;
  return {
    variables,
    services: of("google_project_service").map(({ values }) => text(values.service)),
    serviceAccounts: Object.fromEntries(
      of("google_service_account").map(({ name, index, values }) => [
        index === undefined ? name : `${name}/${index}`,
        text(values.email),
      ]),
    ),
    roles,
    grants: resources
      .filter(({ type }) => type.endsWith("_iam_member"))
      .map((resource) => grantOf(resource, roles)),
    workloadIdentityProviders: of("google_iam_workload_identity_pool_provider").map(providerOf),
    probeSecret: probeSecretOf(of("google_secret_manager_secret")),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, { value }]) => [name, value ?? null]),
    ),
  };
}

const resourcesOf = (module: PlannedModule): PlannedResource[] => [
  ...(module.resources ?? []).filter(({ mode }) => mode === "managed"),
  ...(module.child_modules ?? []).flatMap(resourcesOf),
];

function grantOf({ type, values }: PlannedResource, roles: SetUp["roles"]): Grant {
  const role = text(values.role);
  const permissions = roles[role];
  const [condition] = (values.condition ?? []) as readonly NonNullable<Grant["condition"]>[];
  return {
    resource: grantedOn(type, values),
    ...{ member: text(values.member), role },
    ...(permissions === undefined ? {} : { permissions }),
    ...(condition === undefined ? {} : { condition }),
  };
}

function grantedOn(type: string, values: PlannedResource["values"]): string {
  switch (type) {
    case "google_project_iam_member":
      return "project";
    case "google_service_account_iam_member":
      return text(values.service_account_id).replace(/^projects\/[^/]+\//, "");
    case "google_artifact_registry_repository_iam_member":
      return `repositories/${text(values.repository)}`;
    default:
      throw new Error(`Nobody said what ${type} grants on.`);
  }
}

function providerOf({ values }: PlannedResource): SetUp["workloadIdentityProviders"][number] {
  const { attribute_mapping, oidc } = values as {
    readonly attribute_mapping: Readonly<Record<string, string>>;
    readonly oidc: readonly { readonly issuer_uri: string }[];
  };
  return {
    name: text(values.name),
    issuer: text(oidc[0]?.issuer_uri),
    attributeMapping: attribute_mapping,
    attributeCondition: text(values.attribute_condition),
  };
}

function probeSecretOf([probe]: readonly PlannedResource[]): SetUp["probeSecret"] {
  const { secret_id, labels, replication } = (probe?.values ?? {}) as {
    readonly secret_id: string;
    readonly labels: SetUp["probeSecret"]["labels"];
    readonly replication: readonly {
      readonly user_managed?: readonly { readonly replicas: readonly { location: string }[] }[];
    }[];
  };
  const replicas = replication[0]?.user_managed?.[0]?.replicas ?? [];
  return { id: secret_id, labels, locations: replicas.map(({ location }) => location) };
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error(`The plan does not know a text that it should: ${JSON.stringify(value)}`);
}
