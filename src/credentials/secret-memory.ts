import type { CredentialField } from "./credential.ts";
import type { Secret } from "./secret.ts";

/** What one version holds, as this machine saw it: for a value that it could not read, no fingerprint. */
type Seen = { readonly field: string; readonly fingerprint: string };

/** What is kept of one secret, as JSON. */
export type SecretRecord = {
  readonly createdAt: number;
  readonly upTo: number;
  readonly pins: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, Seen>>;
};

/** A secret that is rotated for years would otherwise grow the file without end; what only older versions hold counts as new. */
const KEPT_VERSIONS = 100;

/**
 * What this machine remembers of one secret: which version it uses for which field, and what it saw in every version, by fingerprints
 * under the state's salt. A version's value never changes, so what was once seen of it stays true as long as the secret is the same.
 */
export class SecretMemory {
  readonly #salt: string;
  readonly #touch: () => void;
  readonly #pins: Map<string, string>;
  readonly #versions: Map<string, Seen>;
  #createdAt: number;
  #upTo: number;

  constructor(salt: string, touch: () => void, record: SecretRecord = NOTHING) {
    this.#salt = salt;
    this.#touch = touch;
    this.#pins = new Map(Object.entries(record.pins));
    this.#versions = new Map(Object.entries(record.versions));
    this.#createdAt = record.createdAt;
    this.#upTo = record.upTo;
  }

  /** The version in use for exactly this value. */
  find(field: CredentialField): string | undefined {
    const version = this.#pins.get(field.name);
    return version !== undefined && this.holds(version, field) ? version : undefined;
  }

  /** Whether the version was seen, whatever it holds. */
  hasSeen(version: string): boolean {
    return this.#versions.has(version);
  }

  /** Whether the version was seen with exactly this value, and not for another field. */
  holds(version: string, { name, content }: CredentialField): boolean {
    const seen = this.#versions.get(version);
    return (
      seen !== undefined &&
      (seen.field === "" || seen.field === name) &&
      seen.fingerprint === content.fingerprint(this.#salt)
    );
  }

  /** Versions that were seen with exactly this value, newest first. */
  versionsHolding(field: CredentialField): string[] {
    return [...this.#versions.keys()]
      .filter((version) => this.holds(version, field))
      .sort((one, other) => Number(other) - Number(one));
  }

  /** Notes what a version holds; `field` is empty where nobody says for which field it was added. */
  see(version: string, field: string, content: Secret | undefined): void {
    this.#versions.set(version, { field, fingerprint: content?.fingerprint(this.#salt) ?? "" });
    this.#touch();
  }

  /** The version holds nothing any more. */
  lose(version: string): void {
    if (this.#versions.delete(version)) this.#touch();
  }

  /** From now on this version is the one in use for the field. */
  pin(field: CredentialField, version: string): void {
    if (this.find(field) === version) return;
    this.#pins.set(field.name, version);
    this.see(version, field.name, field.content);
  }

  /** The number up to which every version was looked at; 0 where that is not known. */
  get upTo(): number {
    return this.#upTo;
  }

  /** What is withdrawn (0) before a write is claimed again after it: a process that is killed in between claims nothing. */
  set upTo(number: number) {
    if (this.#upTo === number) return;
    this.#upTo = number;
    this.#touch();
  }

  /** When Google created the secret, in milliseconds since the epoch: numbers of another secret of that name mean other values. */
  get createdAt(): number {
    return this.#createdAt;
  }

  /** Forgets everything that was remembered of another secret of the same name. */
  belongsTo(createdAt: number): void {
    if (this.#createdAt === createdAt) return;
    this.#pins.clear();
    this.#versions.clear();
    this.#createdAt = createdAt;
    this.#upTo = 0;
    this.#touch();
  }

  toRecord(): SecretRecord {
    const newest = [...this.#versions].sort(([one], [other]) => Number(other) - Number(one));
    const pinned = new Set(this.#pins.values());
    return {
      createdAt: this.#createdAt,
      upTo: this.#upTo,
      pins: Object.fromEntries(this.#pins),
      versions: Object.fromEntries(
        newest.filter(([version], index) => index < KEPT_VERSIONS || pinned.has(version)),
      ),
    };
  }
}

const NOTHING: SecretRecord = { createdAt: 0, upTo: 0, pins: {}, versions: {} };
