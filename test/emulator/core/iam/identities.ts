import { createPublicKey, type KeyObject } from "node:crypto";
import { GoogleError } from "../google-error.ts";
import type { Project } from "../platform.ts";

/** A public key that a service account signs with; without an id it answers to every `kid`. */
export type AccountKey = { readonly id?: string; readonly publicKey: KeyObject };

/** The projects and service accounts that the emulator was told of. */
export class Identities {
  readonly #projects: Project[] = [];
  readonly #accounts = new Map<string, AccountKey[]>();
  readonly #disabled = new Set<string>();
  readonly #members = new Map<string, readonly string[]>();

  /** Adds a project and, as Google Cloud does, its default compute account. */
  addProject(project: Project): void {
    const known = this.#projects.find(
      ({ id, number }) => id === project.id || number === project.number,
    );
    if (known !== undefined && (known.id !== project.id || known.number !== project.number))
      throw new GoogleError(
        "INVALID_ARGUMENT",
        `Project ${project.id} (${project.number}) conflicts with ${known.id} (${known.number}).`,
      );
    if (known === undefined) this.#projects.push(project);
    this.addAccount({ email: defaultComputeAccount(project) });
  }

  addAccount(account: { email: string; publicKeyPem?: string; keyId?: string }): void {
    const keys = this.#accounts.get(account.email) ?? [];
    if (account.publicKeyPem !== undefined)
      keys.push({
        publicKey: createPublicKey(account.publicKeyPem),
        ...(account.keyId === undefined ? {} : { id: account.keyId }),
      });
    this.#accounts.set(account.email, keys);
  }

  /** A disabled account is there and keeps its grants, but nothing that it signs counts (iam/docs/service-accounts-disable-enable). */
  setDisabled(email: string, disabled: boolean): void {
    if (disabled) this.#disabled.add(email);
    else this.#disabled.delete(email);
  }

  isDisabled(email: string): boolean {
    return this.#disabled.has(email);
  }

  /** A caller that is no service account, with the names that policies know it by. */
  addPrincipal(principal: string, members: readonly string[]): void {
    this.#members.set(principal, members);
  }

  /** How policies name a caller (docs.cloud.google.com/iam/docs/principal-identifiers). */
  membersOf(principal: string): readonly string[] {
    return this.#members.get(principal) ?? [`serviceAccount:${principal}`];
  }

  findProject(idOrNumber: string): Project | undefined {
    return this.#projects.find(({ id, number }) => id === idOrNumber || number === idOrNumber);
  }

  knowsAccount(email: string): boolean {
    return this.#accounts.has(email);
  }

  /** Every account, in the order of their addition. */
  accounts(): { readonly email: string }[] {
    return [...this.#accounts.keys()].map((email) => ({ email }));
  }

  /** The project that an account belongs to, as its address tells. */
  ownerOf(email: string): Project | undefined {
    const [, id, number] = /^(?:[^@]*@([^.]+)\.iam\.|(\d+)-compute@)/.exec(email) ?? [];
    return this.findProject(id ?? number ?? "");
  }

  /** The keys that a token of this account with this `kid` may be signed by. */
  keysOf(email: string, keyId: string | undefined): KeyObject[] {
    if (this.isDisabled(email)) return [];
    const keys = this.#accounts.get(email) ?? [];
    return keys
      .filter(({ id }) => id === undefined || id === keyId)
      .map(({ publicKey }) => publicKey);
  }
}

/** The account that Cloud Run falls back to (docs: configure service accounts for jobs). */
const defaultComputeAccount = (project: Project): string =>
  `${project.number}-compute@developer.gserviceaccount.com`;
