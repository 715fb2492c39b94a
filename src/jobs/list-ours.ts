import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import { MANAGED_BY } from "../mapping/ownership.ts";

/** Our secrets by id; fresh ones may be missing. */
export async function listOurs(
  manager: Pick<SecretManager, "listByLabel">,
): Promise<ReadonlyMap<string, StoredSecret>> {
  const secrets = await manager.listByLabel(MANAGED_BY.key, MANAGED_BY.value);
  return new Map(secrets.map((secret) => [secret.id, secret]));
}
