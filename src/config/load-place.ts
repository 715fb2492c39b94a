import { checkTable } from "./check-table.ts";
import { DEFAULT_PREFIX, signInConfig } from "./cloud-config.ts";
import { projectTable } from "./project-table.ts";
import { cloudSchema } from "./schema.ts";

/** Where a project's resources are, and who signs in: what commands need that run no agent. */
export type CloudPlace = {
  /** Undefined: the project of whoever signs in. */
  readonly project: string | undefined;
  readonly region: string;
  /** Ref of the credential that signs in; undefined where Google's application default credentials do. */
  readonly credential: string | undefined;
  /** E-mail address of the service account that whoever signs in then acts as. */
  readonly impersonate?: string | undefined;
  readonly secretPrefix: string;
};

/**
 * Reads `[cloud]` as far as it says where things are.
 * @throws ConfigError for everything that it says wrongly or not at all
 */
export async function loadPlace(options: {
  readonly project: string;
  readonly environment: string | undefined;
  readonly environments: string;
}): Promise<CloudPlace> {
  const { table, file } = await projectTable(options);
  const cloud = checkTable(cloudSchema, table.cloud ?? {}, {
    file,
    section: "cloud",
  });
  return {
    project: cloud.project,
    region: cloud.region,
    ...signInConfig(cloud, file),
    secretPrefix: cloud.secret_prefix ?? DEFAULT_PREFIX,
  };
}
