import { type Dynamic, UNKNOWN } from "./dynamic-value.ts";

export type Attributes = Readonly<Record<string, Dynamic>>;

/** The number of every project: differs from its id, as on Google Cloud. */
export const PROJECT_NUMBER = "123456789012";

/** What Google fills in, by type; an attribute that is not here stays null. */
const FILLED_IN: Readonly<Record<string, (given: Attributes) => Attributes>> = {
  google_service_account: ({ account_id, project }) => {
    const email = `${String(account_id)}@${String(project)}.iam.gserviceaccount.com`;
    const name = `projects/${String(project)}/serviceAccounts/${email}`;
    return { email, name, member: `serviceAccount:${email}`, id: name };
  },
  google_service_account_key: () => ({
    private_key: Buffer.from('{"type":"service_account","private_key":"not a key"}').toString(
      "base64",
    ),
  }),
  google_project_iam_custom_role: ({ project, role_id }) => ({
    name: `projects/${String(project)}/roles/${String(role_id)}`,
  }),
  google_artifact_registry_repository: ({ repository_id }) => ({ name: repository_id ?? null }),
  google_secret_manager_secret: ({ secret_id }) => ({
    name: `projects/${PROJECT_NUMBER}/secrets/${String(secret_id)}`,
  }),
  google_iam_workload_identity_pool: (pool) => ({ name: poolName(pool) }),
  google_iam_workload_identity_pool_provider: (provider) => ({
    name: `${poolName(provider)}/providers/${String(provider.workload_identity_pool_provider_id)}`,
  }),
};

const poolName = ({ workload_identity_pool_id }: Attributes): string =>
  `projects/${PROJECT_NUMBER}/locations/global/workloadIdentityPools/${String(workload_identity_pool_id)}`;

/** The attributes as they would be after apply; what depends on an unknown one is unknown. */
export function filledIn(type: string, given: Attributes): Attributes {
  const isKnown = Object.values(given).every((value) => value !== UNKNOWN);
  return isKnown ? (FILLED_IN[type]?.(given) ?? {}) : {};
}
