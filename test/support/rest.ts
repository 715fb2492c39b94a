import type { World } from "./world.ts";

/** Somebody else in the project, who may do everything. */
export async function asOwner(
  world: World,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${world.emulator.url}/v1/projects/demo-project/${path}`, {
    method,
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const OURS = { "managed-by": "action-llama" };

/** Makes a secret with these values as its versions, by hand. */
export async function makeSecret(
  world: World,
  id: string,
  values: readonly string[],
  labels: Readonly<Record<string, string>> = OURS,
): Promise<void> {
  await asOwner(world, "POST", `secrets?secretId=${id}`, {
    replication: { automatic: {} },
    labels,
  });
  for (const value of values) {
    const payload = { data: Buffer.from(value).toString("base64") };
    await asOwner(world, "POST", `secrets/${id}:addVersion`, { payload });
  }
}

/** Deletes the secret and makes one of the same name. */
export async function remakeSecret(
  world: World,
  id: string,
  values: readonly string[],
  labels: Readonly<Record<string, string>> = OURS,
): Promise<void> {
  await asOwner(world, "DELETE", `secrets/${id}`);
  await makeSecret(world, id, values, labels);
}

type Kept = {
  readonly name: string;
  readonly versions: readonly { name: string; state: string }[];
};

/** What every enabled version of a secret holds, oldest first; by the emulator's state, since lists lag behind. */
export async function valuesOf(world: World, id: string): Promise<string[]> {
  const { secrets = [] } = (await world.state()) as { secrets?: readonly Kept[] };
  const versions = secrets.find(({ name }) => name.endsWith(`/${id}`))?.versions ?? [];
  const enabled = versions.filter(({ state }) => state === "ENABLED");
  return Promise.all(
    enabled.map(async ({ name }) => {
      const path = `secrets/${id}/versions/${name.split("/").at(-1)}:access`;
      const { payload } = (await asOwner(world, "GET", path)) as { payload: { data: string } };
      return Buffer.from(payload.data, "base64").toString("utf8");
    }),
  );
}
