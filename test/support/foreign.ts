import { makeSecret } from "./rest.ts";
import type { World } from "./world.ts";

const FOREIGN = "somebody-elses";
const OTHER_TEAM = "team--custom--default--a";

/** A secret of somebody else's, and one that another prefix of al's made. */
export async function makeForeignSecrets(world: World): Promise<void> {
  await makeSecret(world, FOREIGN, ["fake-foreign-1"], {});
  await makeSecret(world, OTHER_TEAM, ["fake-team-1", "fake-team-2"]);
}

type Secret = { readonly name: string };

/** Those secrets, whole, as the emulator keeps them. */
export async function foreignSecrets(world: World): Promise<unknown[]> {
  const { secrets = [] } = await world.state();
  return (secrets as Secret[]).filter(({ name }) =>
    [FOREIGN, OTHER_TEAM].some((id) => name.endsWith(`/${id}`)),
  );
}
