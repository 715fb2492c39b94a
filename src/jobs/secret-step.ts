import type { CredentialField } from "../credentials/credential.ts";
import type { SyncState } from "../credentials/sync-state.ts";
import type { StoredSecret } from "../gcp/secret-manager.ts";
import { annotated, type SecretNote } from "../mapping/secret-notes.ts";
import type { Pins, SecretTimes, WantedSecret } from "../mapping/secret-plan.ts";

/** What this machine remembers of versions that it wrote or compared. Forgetting costs reads, never a wrong version. */
export type VersionMemory = Pick<SyncState, "of" | "forget" | "save">;

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
  /** Google was asked about this credential just now: its secrets are the ones that are remembered. */
  readonly isChecked?: boolean;
  /** The highest number that any of its versions is known to have. */
  readonly newest: number;
  /** Somebody else made a secret of this name. Only a plan that is shown looks for it; a run meets it when it creates. */
  readonly conflict?: boolean;
  readonly items: readonly PlannedItem[];
};

export const isComplete = ({ items }: SecretStep): boolean =>
  items.every(({ version }) => version !== undefined);

/** The versions that are known; in a plan that is not carried out some may be missing. */
export const pinsOf = (steps: readonly SecretStep[]): Pins =>
  new Map(steps.map(({ wanted, items }) => [wanted.id, new Map(items.flatMap(pinOf))]));

/** When the secrets were created, as far as this machine knows; 0 for one that is not there yet. */
export const timesOf = (steps: readonly SecretStep[], memory: VersionMemory): SecretTimes =>
  new Map(steps.map(({ wanted: { id } }) => [id, memory.of(id).createdAt]));

const pinOf = ({ field, version }: PlannedItem): (readonly [string, string])[] =>
  version === undefined ? [] : [[field.name, version]];

/** The annotations that the secret lacks, or undefined where it has them all or where nothing new is known of it. */
export function missingNote(
  { wanted, stored, items }: SecretStep,
  region: string,
): SecretNote | undefined {
  if (stored === undefined) return undefined;
  const named = items.flatMap(({ field, version }) =>
    version === undefined ? [] : [[version, field.name] as const],
  );
  const files = wanted.kind === "directory" ? Object.fromEntries(named) : {};
  const note = { region, files };
  return annotated(stored.annotations, note) === undefined ? undefined : note;
}
