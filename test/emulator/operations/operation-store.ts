import { randomUUID } from "node:crypto";
import { GoogleError, type StatusName } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { EmulatorClock } from "../core/platform.ts";

/** One long-running operation, as the service that started it sees it. */
export type Operation = {
  /** `projects/P/locations/L/operations/ID`, with the project as the caller wrote it. */
  readonly name: string;
  /** Replaces the metadata; the metadata of Cloud Run operations is the resource itself, with its `@type`. */
  update(metadata: Json): void;
  succeed(response: Json): void;
  fail(status: StatusName, message: string): void;
};

type Kept = {
  readonly name: string;
  readonly startedAt: number;
  metadata: Json;
  outcome?: { readonly response: Json } | { readonly error: Json };
  readonly listeners: Set<() => void>;
};

/** Every operation that was started, in google.longrunning.Operation's JSON form. */
export class OperationStore {
  readonly #clock: EmulatorClock;
  readonly #operations = new Map<string, Kept>();

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  /** `parent` is `projects/P/locations/L`; the project stays as written, and the id alone finds the operation. */
  start(parent: string, metadata: Json): Operation {
    const id = randomUUID();
    const kept: Kept = {
      name: `${parent}/operations/${id}`,
      startedAt: this.#clock.now(),
      metadata: structuredClone(metadata),
      listeners: new Set(),
    };
    this.#operations.set(id, kept);
    return {
      name: kept.name,
      update: (changed) => {
        kept.metadata = structuredClone(changed);
      },
      succeed: (response) => finish(kept, { response: structuredClone(response) }),
      fail: (status, message) => {
        const { grpcCode } = new GoogleError(status, message);
        finish(kept, { error: { code: grpcCode, message } });
      },
    };
  }

  /** Throws NOT_FOUND when there is none; the project may be written by id or by number. */
  get(name: string): Json {
    return toJson(this.#find(name));
  }

  /** The operations of one location, newest first. */
  list(parent: string): Json[] {
    const location = locationOf(parent);
    return [...this.#operations.values()]
      .filter((kept) => locationOf(kept.name) === location)
      .sort((a, b) => b.startedAt - a.startedAt)
      .map(toJson);
  }

  /** Forgets the operation; what it does goes on (google/longrunning/operations.proto, DeleteOperation). */
  delete(name: string): void {
    this.#operations.delete(idOf(this.#find(name).name));
  }

  /** Calls the listener once, at once if the operation is done; answers how to stop listening. */
  onDone(name: string, listener: () => void): () => void {
    const kept = this.#find(name);
    if (kept.outcome !== undefined) {
      listener();
      return () => undefined;
    }
    kept.listeners.add(listener);
    return () => kept.listeners.delete(listener);
  }

  clear(): void {
    this.#operations.clear();
  }

  #find(name: string): Kept {
    const kept = this.#operations.get(idOf(name));
    if (kept === undefined || locationOf(kept.name) !== locationOf(name))
      throw new GoogleError("NOT_FOUND", `Operation '${name}' does not exist.`);
    return kept;
  }
}

const idOf = (name: string): string => name.split("/")[5] ?? "";

const locationOf = (name: string): string => name.split("/")[3] ?? "";

function finish(kept: Kept, outcome: NonNullable<Kept["outcome"]>): void {
  // An operation ends once (AIP-151); a cancelled execution that also times out must not rewrite its result.
  if (kept.outcome !== undefined) return;
  kept.outcome = outcome;
  for (const listener of kept.listeners) listener();
  kept.listeners.clear();
}

// `done` is absent, not false, while it runs: recorded replies of Cloud Run (k8s-config-connector, runjob/_http.log).
const toJson = (kept: Kept): Json =>
  structuredClone({
    name: kept.name,
    metadata: kept.metadata,
    ...(kept.outcome === undefined ? {} : { done: true, ...kept.outcome }),
  });
