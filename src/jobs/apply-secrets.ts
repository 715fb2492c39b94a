import pLimit from "p-limit";
import { ConfigError, TryAgainError } from "../errors.ts";
import type { Clock } from "../gcp/clock.ts";
import { CODE, hasCode } from "../gcp/google-call-error.ts";
import type { SecretManager } from "../gcp/secret-manager.ts";
import {
  CREDENTIAL_ANNOTATION,
  isOurs,
  MANAGED_BY,
  REGIONS_ANNOTATION,
} from "../mapping/ownership.ts";
import { annotated, type SecretNote } from "../mapping/secret-notes.ts";
import { AMBIGUOUS, addVersion, WRITE_TRIES } from "./add-version.ts";
import type { Report } from "./events.ts";
import { compare, PARALLEL_CALLS } from "./inspect-secrets.ts";
import {
  isComplete,
  missingNote,
  type PlannedItem,
  type SecretStep,
  type VersionMemory,
} from "./secret-step.ts";

type Needs = {
  readonly secrets: () => Promise<SecretManager>;
  readonly memory: VersionMemory;
  /** Regions that hold the values of new secrets; none means that Google chooses. */
  readonly locations: readonly string[];
  /** Where jobs are going to refer to the secrets. */
  readonly region: string;
  readonly clock: Clock;
  readonly report: Report;
};

type Writing = Omit<Needs, "secrets"> & { readonly manager: SecretManager };

/** Whether anything of the secret is to be written. */
export const needsWriting = (step: SecretStep, region: string): boolean =>
  !isComplete(step) || missingNote(step, region) !== undefined;

/** Writes what the steps lack and returns them with the version of every field. What is complete costs no call. */
export async function applySecrets(
  steps: readonly SecretStep[],
  needs: Needs,
): Promise<SecretStep[]> {
  const done = await writeOpen(steps, needs);
  for (const { wanted, items } of done) {
    for (const { field, version } of items) needs.memory.of(wanted.id).pin(field, version ?? "");
  }
  return done;
}

async function writeOpen(steps: readonly SecretStep[], needs: Needs): Promise<SecretStep[]> {
  const open = steps.filter((step) => needsWriting(step, needs.region));
  if (open.length === 0) return [...steps];
  const claims = await withdrawClaims(open, needs);
  const manager = await needs.secrets();
  const limit = pLimit(PARALLEL_CALLS);
  return Promise.all(
    steps.map((step) => {
      const claim = claims.get(step.wanted.id);
      return claim === undefined ? step : limit(() => write(step, claim, { ...needs, manager }));
    }),
  );
}

/** A process that is killed while it writes must not believe later that it knows every version. */
async function withdrawClaims(
  open: readonly SecretStep[],
  { memory, report }: Needs,
): Promise<Map<string, number>> {
  const claims = new Map(open.map(({ wanted: { id } }) => [id, memory.of(id).upTo]));
  for (const id of claims.keys()) memory.of(id).upTo = 0;
  await saveMemory(memory, report);
  return claims;
}

/** Not being able to remember costs reads later; it is no reason to fail. */
export async function saveMemory(
  memory: Pick<VersionMemory, "save">,
  report: Report,
): Promise<void> {
  await memory.save().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    report({ kind: "warning", text: `What was synced could not be remembered: ${why}` });
  });
}

/** @param claim the number up to which every version was known before anything was written */
async function write(step: SecretStep, claim: number, writing: Writing): Promise<SecretStep> {
  const { id } = step.wanted;
  const memory = writing.memory.of(id);
  const known = step.exists ? step : await create(step, writing);
  const isAllKnown = (step.exists ? claim : memory.upTo) >= known.newest;
  let { newest } = known;
  const items: PlannedItem[] = [];
  // One after the other: the numbers of a directory secret's versions then follow the order of its fields.
  for (const { field, version } of known.items) {
    // Somebody else may have added this value, too, between two of ours.
    const met = memory.versionsHolding(field).find((other) => Number(other) > known.newest);
    const present = version ?? met;
    const added =
      present === undefined
        ? await addVersion({ id, field, newest }, { ...writing, memory })
        : { version: present, newest };
    newest = added.newest;
    items.push({ field, version: added.version });
  }
  memory.upTo = isAllKnown ? newest : 0;
  const written = { ...known, items, newest };
  const note = missingNote(written, writing.region);
  return note === undefined ? written : annotate(written, note, writing);
}

async function create(step: SecretStep, writing: Writing): Promise<SecretStep> {
  const { id, credential } = step.wanted;
  const { manager, memory, locations, region } = writing;
  try {
    const stored = await manager.createSecret({
      id,
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      annotations: { [CREDENTIAL_ANNOTATION]: credential, [REGIONS_ANNOTATION]: region },
      locations,
    });
    memory.of(id).belongsTo(stored.createdAt);
    return { ...step, stored, exists: true, isChecked: true };
  } catch (error) {
    if (!hasCode(error, CODE.alreadyExists)) throw error;
  }
  // Lists lag behind, and another process may have been quicker: look at the secret itself.
  const stored = await manager.findSecret(id);
  if (stored === undefined) throw vanished(id);
  if (!isOurs(stored)) throw conflict(id);
  return compare(step, stored, { manager, memory });
}

const PAUSE_MS = 500;

/** Adds to what the secret says of itself. What somebody else notes at the same time stays. */
async function annotate(
  step: SecretStep,
  note: SecretNote,
  { manager, clock }: Pick<Writing, "manager" | "clock">,
): Promise<SecretStep> {
  const { id } = step.wanted;
  let { stored } = step;
  for (let tried = 1; ; tried += 1) {
    stored ??= await manager.findSecret(id);
    if (stored === undefined) throw vanished(id);
    const annotations = annotated(stored.annotations, note);
    if (annotations === undefined) return { ...step, stored };
    try {
      return { ...step, stored: await manager.setAnnotations(stored, annotations) };
    } catch (error) {
      // FAILED_PRECONDITION: somebody else annotated meanwhile, and the etag is theirs.
      if (tried === WRITE_TRIES || !hasCode(error, CODE.failedPrecondition, ...AMBIGUOUS))
        throw error;
      if (!hasCode(error, CODE.failedPrecondition)) await clock.sleep(PAUSE_MS * 2 ** (tried - 1));
      stored = undefined;
    }
  }
}

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
