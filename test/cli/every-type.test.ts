import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CredentialType } from "../../src/credentials/credential-type.ts";
import { CREDENTIAL_TYPES } from "../../src/credentials/types.ts";
import { agent, run } from "../support/agents.ts";
import { newPrivateKey, writeFields } from "../support/store.ts";
import { makeWorld, type World } from "../support/world.ts";

// Every type that an agent can list, through the whole product: stored, synced, mounted, injected.

const TYPES = CREDENTIAL_TYPES.filter(({ section }) => section !== "infrastructure");
const privateKey = newPrivateKey();

/** A fake value that says whose it is; a key is a real throwaway one. */
const storedValue = ({ id }: CredentialType, field: string): string =>
  field === "id_rsa" ? privateKey.trim() : `fake-${id}-${field}-0000`;

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  for (const type of TYPES) {
    for (const { name } of type.fields) {
      writeFields(world.store, { [`${type.id}/all/${name}`]: storedValue(type, name) });
    }
  }
});
afterAll(() => world.close());

/** Prints each file with its hash, and each variable with the hash of its value. */
const SHOW = `cd /credentials && find . -type f | while read -r file; do echo "$file $(sha256sum < "$file" | cut -c1-12)"; done
awk 'BEGIN { for (name in ENVIRON) if (name !~ /^(AL_RUN_ID|CLOUD_RUN_.*|GCE_METADATA_HOST|HOME|PATH|PROMPT|PWD|OLDPWD)$/) print name }' | while read -r name; do
  echo "$name $(printenv "$name" | tr -d '\\n' | sha256sum | cut -c1-12)"; done`;

const sha = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

const expectedLines = (types: readonly CredentialType[]): string[] =>
  types
    .flatMap((type) =>
      type.fields.flatMap(({ name, kind, env = [] }) => [
        `./${type.id}/all/${name} ${sha(storedValue(type, name) + (kind === "key" ? "\n" : ""))}`,
        ...env.map((variable) => `${variable} ${sha(storedValue(type, name))}`),
      ]),
    )
    .sort();

async function seenBy(types: readonly CredentialType[]): Promise<string[]> {
  const refs = JSON.stringify(types.map(({ id }) => `${id}:all`));
  const { stdout, stderr, code } = await world.al(
    run(world.project(agent(SHOW, `credentials = ${refs}`))),
  );
  if (code !== 0) throw new Error(stderr);
  return stdout.trim().split("\n").sort();
}

/** Types whose variables do not collide with another's. */
const ORIGINAL = TYPES.filter(({ extension }) => extension !== true);

const BATCHES = Array.from({ length: Math.ceil(TYPES.length / 7) }, (_, index) =>
  TYPES.slice(index * 7, index * 7 + 7),
);

test.each(BATCHES.map((types) => [types.map(({ id }) => id).join(", "), types] as const))(
  "alone: %s",
  async (_names, types) => {
    await world.reset();
    const seen = await Promise.all(types.map((type) => seenBy([type])));
    expect(seen).toEqual(types.map((type) => expectedLines([type])));
  },
);

test("all together", async () => {
  await world.reset();
  expect(await seenBy(ORIGINAL)).toEqual(expectedLines(ORIGINAL));
});
