import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SecretMemory, type SecretRecord } from "./secret-memory.ts";

/** Where secrets are and jobs use them. Version numbers mean something in one project only. */
type StatePlace = { readonly project: string; readonly region: string };

type StateFile = StatePlace & {
  readonly salt: string;
  readonly secrets: Readonly<Record<string, SecretRecord>>;
};

/**
 * Which version of which secret holds which value, as this machine saw it, by fingerprints under a random salt. Beside the store, one
 * file a store, project and region. Lost or damaged state only costs reads: a version is used for exactly the value it was seen with.
 */
export class SyncState {
  readonly #path: string;
  readonly #place: StatePlace;
  readonly #salt: string;
  readonly #secrets: Map<string, SecretMemory>;
  #changed = false;

  private constructor(path: string, { project, region, salt, secrets }: StateFile) {
    this.#path = path;
    this.#place = { project, region };
    this.#salt = salt;
    this.#secrets = new Map(
      Object.entries(secrets).map(([id, record]) => [id, this.#memory(record)]),
    );
  }

  static async load(store: string, { project, region }: StatePlace): Promise<SyncState> {
    const path = statePath(store, { project, region });
    const state = await readState(path);
    return state?.project === project && state.region === region
      ? new SyncState(path, state)
      : new SyncState(path, { project, region, salt: newSalt(), secrets: {} });
  }

  /** What is remembered of one secret. */
  of(secret: string): SecretMemory {
    const known = this.#secrets.get(secret) ?? this.#memory();
    this.#secrets.set(secret, known);
    return known;
  }

  /** Ids of the secrets of which something is remembered. */
  secretIds(): string[] {
    return [...this.#secrets.keys()];
  }

  /** What was remembered proved wrong. */
  forget(): void {
    this.#secrets.clear();
    this.#changed = true;
  }

  /** Replaces the file at once, so that a reader always sees a whole one. Nothing is written when nothing changed. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const records = [...this.#secrets].map(([id, memory]) => [id, memory.toRecord()] as const);
    const state: StateFile = {
      ...this.#place,
      salt: this.#salt,
      secrets: Object.fromEntries(records),
    };
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const temporary = `${this.#path}.${randomBytes(6).toString("hex")}`;
    await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
    await rename(temporary, this.#path);
    this.#changed = false;
  }

  #memory(record?: SecretRecord): SecretMemory {
    return new SecretMemory(
      this.#salt,
      () => {
        this.#changed = true;
      },
      record,
    );
  }
}

const newSalt = (): string => randomBytes(32).toString("hex");

function statePath(store: string, { project, region }: StatePlace): string {
  const whole = resolve(store);
  const place = `${whole}\n${project}\n${region}`;
  const name = createHash("sha256").update(place).digest("hex").slice(0, 16);
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

const isState = (value: unknown): value is StateFile =>
  isTable(value) &&
  typeof value.project === "string" &&
  typeof value.region === "string" &&
  typeof value.salt === "string" &&
  value.salt.length >= 32 &&
  isTable(value.secrets) &&
  Object.values(value.secrets).every(isRecord);

const isRecord = (value: unknown): value is SecretRecord =>
  isTable(value) &&
  Number.isFinite(value.createdAt) &&
  Number.isInteger(value.upTo) &&
  isTable(value.pins) &&
  Object.values(value.pins).every(
    (version) => typeof version === "string" && VERSION.test(version),
  ) &&
  isTable(value.versions) &&
  Object.entries(value.versions).every(([version, seen]) => VERSION.test(version) && isSeen(seen));

const VERSION = /^[1-9][0-9]*$/;

const isSeen = (value: unknown): boolean =>
  isTable(value) && typeof value.field === "string" && typeof value.fingerprint === "string";

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
