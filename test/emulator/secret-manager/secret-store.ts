import type { Json } from "../core/handler.ts";
import { Secret, type SecretFields } from "./secret.ts";

/** Every secret of every project. Payloads are private to the versions, and in nothing that this class prints. */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  #sequence = 0;
  #lastEtag = 0n;
  #whenGone: (name: string) => void = () => undefined;

  /** Whom to tell that a secret was deleted or has expired: nothing of it may pass on to the next of its name. */
  onGone(listener: (name: string) => void): void {
    this.#whenGone = listener;
  }

  clear(): void {
    this.#secrets.clear();
  }

  add(made: {
    name: string;
    projectNumber: string;
    createdAt: number;
    fields: SecretFields;
  }): Secret {
    const etag = this.nextEtag(made.createdAt);
    const secret = new Secret({ ...made, sequence: this.nextSequence(), etag });
    this.#secrets.set(secret.name, secret);
    return secret;
  }

  /** The secret of this name (with the project number), unless it has expired by `now`. */
  find(name: string, now: number): Secret | undefined {
    const secret = this.#secrets.get(name);
    if (!secret?.hasExpired(now)) return secret;
    // resources.proto, Secret.expiration: an expired secret is deleted, for good.
    this.remove(name);
    return undefined;
  }

  remove(name: string): void {
    this.#secrets.delete(name);
    this.#whenGone(name);
  }

  listOf(projectNumber: string, now: number): Secret[] {
    return [...this.#secrets.values()].filter(
      (secret) => secret.projectNumber === projectNumber && !secret.hasExpired(now),
    );
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /**
   * A quoted hexadecimal string that no earlier write got: every write changes the etag, even one that changes
   * nothing else (https://cloud.google.com/secret-manager/docs/etags).
   */
  nextEtag(now: number): string {
    const microseconds = BigInt(now) * 1000n;
    this.#lastEtag = microseconds > this.#lastEtag ? microseconds : this.#lastEtag + 1n;
    return `"${this.#lastEtag.toString(16)}"`;
  }

  /** Metadata only, for the control API. */
  describe(): Json {
    return { secrets: [...this.#secrets.values()].map((secret) => secret.describe()) };
  }
}
