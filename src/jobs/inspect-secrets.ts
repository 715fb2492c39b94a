import pLimit from "p-limit";
import type { CredentialField } from "../credentials/credential.ts";
import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import { FILES_ANNOTATION, MANAGED_BY } from "../mapping/ownership.ts";
import type { SecretId } from "../mapping/secret-names.ts";
import type { WantedSecret } from "../mapping/secret-plan.ts";

/** What this machine remembers of versions that it wrote or compared. Forgetting costs reads, never a wrong version. */
export type VersionMemory = {
  find(secret: SecretId, field: CredentialField): string | undefined;
  remember(secret: SecretId, field: CredentialField, version: string): void;
  forget(): void;
  save(): Promise<void>;
};

export type PlannedItem = {
  readonly field: CredentialField;
  /** The version that holds exactly this content; undefined when one must be added. */
  readonly version: string | undefined;
};

/** One secret, what is there of it, and what is still to be written. */
export type SecretStep = {
  readonly wanted: WantedSecret;
  /** Undefined: not there, or known without asking. */
  readonly stored: StoredSecret | undefined;
  readonly exists: boolean;
  /** Somebody else made a secret of this name. Only a plan that is shown looks for it; a run meets it when it creates. */
  readonly conflict?: boolean;
  readonly items: readonly PlannedItem[];
};

type Needs = {
  readonly secrets: () => Promise<VersionReader & Pick<SecretManager, "listByLabel">>;
  readonly memory: VersionMemory;
};

/** Requests in flight at once: far below the 600 a minute of a project's quota, and quick enough. */
export const PARALLEL_CALLS = 8;

/** Finds out what must be written; reads only what this machine does not remember, and changes nothing. */
export async function inspectSecrets(
  wanted: readonly WantedSecret[],
  { secrets, memory }: Needs,
): Promise<SecretStep[]> {
  const remembered = wanted.map((secret) => recall(secret, memory));
  if (remembered.every(isComplete)) return remembered;
  const manager = await secrets();
  const listed = await manager.listByLabel(MANAGED_BY.key, MANAGED_BY.value);
  const byId = new Map(listed.map((secret) => [secret.id, secret]));
  const limit = pLimit(PARALLEL_CALLS);
  return Promise.all(
    remembered.map((step) => {
      const stored = byId.get(step.wanted.id);
      if (isComplete(step)) return step;
      if (stored === undefined) return { ...step, exists: false };
      return limit(() => compare({ ...step, stored }, stored, manager));
    }),
  );
}

const recall = (wanted: WantedSecret, memory: VersionMemory): SecretStep => ({
  wanted,
  stored: undefined,
  exists: true,
  items: wanted.items.map((field) => ({ field, version: memory.find(wanted.id, field) })),
});

export const isComplete = ({ items }: SecretStep): boolean =>
  items.every(({ version }) => version !== undefined);

/** What comparing by content needs of Secret Manager. */
export type VersionReader = Pick<
  SecretManager,
  "enabledVersions" | "versionHolds" | "findVersionHolding"
>;

/** Looks for versions with the wanted content: two stores may hold different values, and each must find its own. */
export async function compare(
  step: SecretStep,
  stored: StoredSecret,
  reader: VersionReader,
): Promise<SecretStep> {
  const versions = await reader.enabledVersions(stored.id);
  const files = filesOf(stored);
  const items: PlannedItem[] = [];
  for (const item of step.items) {
    const candidates = versions.filter(
      (version) => (files[version] ?? item.field.name) === item.field.name,
    );
    items.push(
      item.version === undefined ? await match(item, stored.id, candidates, reader) : item,
    );
  }
  const complete = await matchUnlisted(items, { id: stored.id, newest: versions[0] }, reader);
  return { ...step, stored, exists: true, items: complete };
}

async function match(
  { field }: PlannedItem,
  id: SecretId,
  candidates: readonly string[],
  reader: VersionReader,
): Promise<PlannedItem> {
  for (const version of candidates) {
    if (await reader.versionHolds(id, version, field.content)) return { field, version };
  }
  return { field, version: undefined };
}

/**
 * Looks at the versions after the newest listed one, for what is still missing. Lists lag behind, but a version asked for by its number
 * is read strongly consistently (https://cloud.google.com/secret-manager/docs/consistency): so nothing that another process, or this one
 * before it was killed, added a moment ago is added twice.
 */
export async function matchUnlisted(
  items: readonly PlannedItem[],
  { id, newest }: { readonly id: SecretId; readonly newest: string | undefined },
  reader: Pick<VersionReader, "findVersionHolding">,
): Promise<PlannedItem[]> {
  const found = [...items];
  for (let number = Number(newest ?? 0) + 1; ; number += 1) {
    const missing = found.findIndex(({ version }) => version === undefined);
    if (missing < 0) return found;
    for (let index = missing; index < found.length; index += 1) {
      const item = found[index];
      if (item === undefined || item.version !== undefined) continue;
      const holds = await reader.findVersionHolding(id, String(number), item.field.content);
      if (holds === undefined) return found;
      if (holds) found[index] = { field: item.field, version: String(number) };
      if (holds) break;
    }
  }
}

/** Which version is which field, as a directory secret's annotation says; a version that it does not name may be any. */
export function filesOf(secret: StoredSecret): Readonly<Record<string, string>> {
  const text = secret.annotations[FILES_ANNOTATION];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // Somebody edited it. The versions are compared by content, so nothing depends on it.
    return {};
  }
}
