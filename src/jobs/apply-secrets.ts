import pLimit from "p-limit";
import type { CredentialField } from "../credentials/credential.ts";
import { ConfigError, TryAgainError } from "../errors.ts";
import { CODE, hasCode } from "../gcp/google-call-error.ts";
import type { SecretManager, StoredSecret } from "../gcp/secret-manager.ts";
import {
  CREDENTIAL_ANNOTATION,
  FILES_ANNOTATION,
  isOurs,
  MANAGED_BY,
} from "../mapping/ownership.ts";
import type { Pins } from "../mapping/secret-plan.ts";
import {
  compare,
  filesOf,
  isComplete,
  matchUnlisted,
  PARALLEL_CALLS,
  type PlannedItem,
  type SecretStep,
  type VersionMemory,
} from "./inspect-secrets.ts";

type Needs = {
  readonly secrets: () => Promise<SecretManager>;
  readonly memory: VersionMemory;
  /** Regions that hold the values of new secrets; none means that Google chooses. */
  readonly locations: readonly string[];
};

/** Failures after which a write may have happened or not. */
const AMBIGUOUS = [
  CODE.unavailable,
  CODE.deadlineExceeded,
  CODE.internal,
  CODE.unknown,
  CODE.cancelled,
];
const WRITE_TRIES = 4;
/** Versions that a write of a moment ago can be among, where the list shows it already. */
const RECENT = 3;

/** Writes what the steps lack and returns the version of every field. What is complete costs no call. */
export async function applySecrets(steps: readonly SecretStep[], needs: Needs): Promise<Pins> {
  const limit = pLimit(PARALLEL_CALLS);
  const done = await Promise.all(
    steps.map((step) =>
      isComplete(step)
        ? step
        : limit(async () => write(step, await needs.secrets(), needs.locations)),
    ),
  );
  for (const { wanted, items } of done) {
    for (const { field, version } of items) needs.memory.remember(wanted.id, field, version ?? "");
  }
  return pinsOf(done);
}

/** The versions that are known; in a plan that is not carried out some may be missing. */
export function pinsOf(steps: readonly SecretStep[]): Pins {
  return new Map(
    steps.map(({ wanted, items }) => [
      wanted.id,
      new Map(
        items.flatMap(({ field, version }) =>
          version === undefined ? [] : [[field.name, version]],
        ),
      ),
    ]),
  );
}

async function write(
  step: SecretStep,
  manager: SecretManager,
  locations: readonly string[],
): Promise<SecretStep> {
  const known = step.exists ? step : await create(step, manager, locations);
  const items: PlannedItem[] = [];
  // One after the other: the numbers of a directory secret's versions then follow the order of its fields.
  for (const item of known.items) {
    items.push(item.version === undefined ? await add(item, known, manager) : item);
  }
  const written = { ...known, items };
  if (known.wanted.kind === "directory") await annotate(written, manager);
  return written;
}

async function create(
  step: SecretStep,
  manager: SecretManager,
  locations: readonly string[],
): Promise<SecretStep> {
  const { id, credential } = step.wanted;
  try {
    const stored = await manager.createSecret({
      id,
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      annotations: { [CREDENTIAL_ANNOTATION]: credential },
      locations,
    });
    return { ...step, stored, exists: true };
  } catch (error) {
    if (!hasCode(error, CODE.alreadyExists)) throw error;
  }
  // Lists lag behind, and another process may have been quicker: look at the secret itself.
  const stored = await manager.findSecret(id);
  if (stored === undefined) throw vanished(id);
  if (!isOurs(stored)) throw conflict(id);
  return compare(step, stored, manager);
}

async function add(
  { field }: PlannedItem,
  step: SecretStep,
  manager: SecretManager,
): Promise<PlannedItem> {
  const { id } = step.wanted;
  for (let tried = 1; ; tried += 1) {
    try {
      return { field, version: await manager.addVersion(id, field.content) };
    } catch (error) {
      if (tried === WRITE_TRIES || !hasCode(error, ...AMBIGUOUS)) throw error;
    }
    const found = await newestWith(field, id, manager);
    if (found !== undefined) return { field, version: found };
  }
}

/** Whether a lost reply was that of a write that happened. */
async function newestWith(
  field: CredentialField,
  id: string,
  manager: SecretManager,
): Promise<string | undefined> {
  const listed = await manager.enabledVersions(id);
  for (const version of listed.slice(0, RECENT)) {
    if (await manager.versionHolds(id, version, field.content)) return version;
  }
  const unlisted = { id, newest: listed[0] };
  const [found] = await matchUnlisted([{ field, version: undefined }], unlisted, manager);
  return found?.version;
}

/** Notes which version is which field. It only narrows later comparisons by content, so what is lost of it costs reads. */
async function annotate(step: SecretStep, manager: SecretManager): Promise<void> {
  const { id } = step.wanted;
  const note = Object.fromEntries(step.items.map(({ field, version }) => [version, field.name]));
  let stored: StoredSecret | undefined = step.stored;
  for (let tried = 1; ; tried += 1) {
    stored ??= await manager.findSecret(id);
    if (stored === undefined) throw vanished(id);
    const files = JSON.stringify({ ...recent(filesOf(stored)), ...note });
    try {
      await manager.setAnnotations(stored, { ...stored.annotations, [FILES_ANNOTATION]: files });
      return;
    } catch (error) {
      // FAILED_PRECONDITION: somebody else annotated meanwhile, and the etag is theirs.
      if (tried === WRITE_TRIES || !hasCode(error, CODE.failedPrecondition, ...AMBIGUOUS))
        throw error;
      stored = undefined;
    }
  }
}

/** Annotations hold 16 KiB in all, and a directory may be rotated for years. */
const NOTED_VERSIONS = 200;

const recent = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(files)
      .sort(([a], [b]) => Number(b) - Number(a))
      .slice(0, NOTED_VERSIONS),
  );

const vanished = (id: string): TryAgainError =>
  new TryAgainError({
    what: `The secret ${id} was deleted while al used it`,
    remedy: "Run the command again.",
  });

const conflict = (id: string): ConfigError =>
  new ConfigError({
    what: `The secret ${id} exists and is not al's`,
    why: `it lacks the label ${MANAGED_BY.key}=${MANAGED_BY.value}, and al never changes what it did not make`,
    remedy: 'Choose another secret_prefix in [cloud], for example secret_prefix = "al-agents".',
  });
