import { ConfigError } from "../errors.ts";
import type { CloudConfig } from "./config.ts";
import type { CloudTable } from "./schema.ts";

export const DEFAULT_CREDENTIAL = "gcp_service_account";
export const DEFAULT_PREFIX = "al";

/** Google's default compute account; a job that runs as it may read far more than one agent's secrets. */
const DEFAULT_COMPUTE_ACCOUNT = /^[0-9]+-compute@developer\.gserviceaccount\.com$/;

/**
 * Fills in what `[cloud]` leaves open.
 * @throws ConfigError when no service account is named, or the default one is; or when `auth` and its keys disagree
 */
export function cloudConfig(
  table: CloudTable,
  place: { agent: string; file: string },
): CloudConfig {
  return {
    project: table.project,
    region: table.region,
    serviceAccount: serviceAccount(table, place),
    ...signInConfig(table, place.file),
    secretPrefix: table.secret_prefix ?? DEFAULT_PREFIX,
    memory: table.memory,
    cpus: table.cpus,
    labels: table.labels ?? {},
    vpc: vpcConfig(table.vpc),
    encryptionKey: table.encryption_key,
    secretLocations: table.secret_locations ?? [],
  };
}

/**
 * Who signs in: a stored key, Google's application default credentials, or either of them as another service account.
 * @throws ConfigError when `auth`, `credential` and `impersonate` do not go together
 */
export function signInConfig(
  { auth = "key", credential, impersonate }: CloudTable,
  file: string,
): Pick<CloudConfig, "credential" | "impersonate"> {
  if (impersonate !== undefined && auth !== "impersonate")
    throw new ConfigError({
      what: `${file}: [cloud] impersonate is set while auth is "${auth}"`,
      why: 'another service account is only acted as with auth = "impersonate"',
      remedy: 'Write in [cloud]: auth = "impersonate", or remove impersonate.',
    });
  switch (auth) {
    case "key":
      return { credential: credential ?? DEFAULT_CREDENTIAL, impersonate };
    case "adc":
      if (credential === undefined) return { credential, impersonate };
      throw new ConfigError({
        what: `${file}: [cloud] credential is set while auth is "adc"`,
        why: "application default credentials are used instead of a stored key, so one of the two is not meant",
        remedy: 'Remove credential from [cloud], or write there: auth = "key"',
      });
    case "impersonate":
      if (impersonate !== undefined) return { credential, impersonate };
      throw new ConfigError({
        what: `${file}: [cloud] impersonate is missing`,
        why: 'auth = "impersonate" acts as another service account, which must be named',
        remedy: 'Add to [cloud]: impersonate = "al-controller@<project>.iam.gserviceaccount.com"',
      });
  }
}

const vpcConfig = (table: CloudTable["vpc"]): CloudConfig["vpc"] =>
  table && {
    connector: table.connector,
    network: table.network,
    subnetwork: table.subnetwork,
    tags: table.tags ?? [],
    egress: table.egress ?? "private-ranges-only",
  };

/** The account of an agent's jobs, if one is named. An agent may be called like something that every object has. */
export const accountOf = (table: CloudTable, agent: string): string | undefined =>
  new Map(Object.entries(table.service_accounts ?? {})).get(agent) ?? table.service_account;

function serviceAccount(
  table: CloudTable,
  { agent, file }: { agent: string; file: string },
): string {
  const account = accountOf(table, agent);
  const remedy = `Add to [cloud] in ${file}: service_account = "al-runner@<project>.iam.gserviceaccount.com"`;
  if (account === undefined) {
    throw new ConfigError({
      what: `${file}: [cloud] service_account is missing`,
      why: "an agent can read whatever its job's identity may read, so al never falls back to the project's default account",
      remedy,
    });
  }
  if (!DEFAULT_COMPUTE_ACCOUNT.test(account)) return account;
  throw new ConfigError({
    what: `${file}: [cloud] service_account is the project's default compute account`,
    why: "that account usually may do far more than one agent should",
    remedy,
  });
}
