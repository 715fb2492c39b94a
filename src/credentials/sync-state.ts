import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { CredentialField } from "./credential.ts";

/** What is remembered of one field of one secret. */
type Remembered = { readonly fingerprint: string; readonly version: string };

type StateFile = {
  /** Version numbers mean something in this project only. */
  readonly project: string;
  readonly salt: string;
  /** `<secret id>/<field>` → what its version holds. */
  readonly fields: Readonly<Record<string, Remembered>>;
};

/**
 * Which version of which secret holds which value, as this machine saw it, by fingerprints under a random salt. Beside the store, one
 * file a store and project. Lost, stale or damaged state only costs reads: a version is used for exactly the value it was seen with.
 */
export class SyncState {
  readonly #path: string;
  readonly #project: string;
  readonly #salt: string;
  readonly #fields: Map<string, Remembered>;
  #changed = false;

  private constructor(path: string, { project, salt, fields }: StateFile) {
    this.#path = path;
    this.#project = project;
    this.#salt = salt;
    this.#fields = new Map(Object.entries(fields));
  }

  static async load(store: string, project: string): Promise<SyncState> {
    const path = statePath(store, project);
    const state = await readState(path);
    if (state?.project === project) return new SyncState(path, state);
    return new SyncState(path, { project, salt: newSalt(), fields: {} });
  }

  find(secret: string, field: CredentialField): string | undefined {
    const remembered = this.#fields.get(key(secret, field));
    return remembered?.fingerprint === this.#fingerprint(field) ? remembered.version : undefined;
  }

  /** Ids of the secrets of which something is remembered. */
  secretIds(): string[] {
    return [...new Set([...this.#fields.keys()].map((name) => name.slice(0, name.indexOf("/"))))];
  }

  remember(secret: string, field: CredentialField, version: string): void {
    if (this.find(secret, field) === version) return;
    this.#fields.set(key(secret, field), { fingerprint: this.#fingerprint(field), version });
    this.#changed = true;
  }

  /** What was remembered proved wrong. */
  forget(): void {
    this.#fields.clear();
    this.#changed = true;
  }

  /** Replaces the file at once, so that a reader always sees a whole one. Nothing is written when nothing changed. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const state: StateFile = {
      project: this.#project,
      salt: this.#salt,
      fields: Object.fromEntries(this.#fields),
    };
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const temporary = `${this.#path}.${randomBytes(6).toString("hex")}`;
    await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
    await rename(temporary, this.#path);
    this.#changed = false;
  }

  #fingerprint(field: CredentialField): string {
    return field.content.fingerprint(this.#salt);
  }
}

const key = (secret: string, field: CredentialField): string => `${secret}/${field.name}`;

const newSalt = (): string => randomBytes(32).toString("hex");

function statePath(store: string, project: string): string {
  const whole = resolve(store);
  const name = createHash("sha256").update(`${whole}\n${project}`).digest("hex").slice(0, 16);
  return join(dirname(whole), "cloud-run-state", `${basename(whole)}-${name}.json`);
}

/** The state, or undefined where there is none that can be used: it is then learnt again. */
async function readState(path: string): Promise<StateFile | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is StateFile {
  if (typeof value !== "object" || value === null) return false;
  if (!("project" in value && "salt" in value && "fields" in value)) return false;
  const { project, salt, fields } = value;
  if (typeof project !== "string") return false;
  if (typeof salt !== "string" || salt.length < 32) return false;
  if (typeof fields !== "object" || fields === null) return false;
  return Object.values(fields).every(isRemembered);
}

const isRemembered = (value: unknown): value is Remembered =>
  typeof value === "object" &&
  value !== null &&
  "fingerprint" in value &&
  typeof value.fingerprint === "string" &&
  "version" in value &&
  typeof value.version === "string" &&
  /^[1-9][0-9]*$/.test(value.version);
