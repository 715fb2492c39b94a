import type { EmulatorClock } from "../platform.ts";

/** One call as the journal shows it; payloads never enter. While it lasts, status and duration are absent. */
export type JournalEntry = {
  readonly method: string;
  readonly transport: "grpc" | "rest";
  principal: string;
  readonly permissions: string[];
  resource: string;
  status?: string;
  readonly startedAt: string;
  durationMs?: number;
};

/** Every call of a Google API in the order of arrival. */
export class Journal {
  readonly #clock: EmulatorClock;
  #entries: JournalEntry[] = [];
  #waiting: (() => void)[] = [];

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  begin(call: { method: string; transport: "grpc" | "rest" }): OpenEntry {
    const startedMs = this.#clock.now();
    const entry: JournalEntry = {
      method: call.method,
      transport: call.transport,
      principal: "anonymous",
      permissions: [],
      resource: "",
      startedAt: new Date(startedMs).toISOString(),
    };
    this.#entries.push(entry);
    this.#wake();
    return new OpenEntry(entry, () => this.#clock.now() - startedMs);
  }

  since(first: number): JournalEntry[] {
    return this.#entries.slice(first);
  }

  /** Resolves when there is a call after the first so many, or the journal was emptied. */
  async next(first: number): Promise<void> {
    if (this.#entries.length > first) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    // Somebody else may have waited for an earlier one.
    if (this.#entries.length > 0) await this.next(first);
  }

  clear(): void {
    this.#entries = [];
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The journal's line of a call that is still going on. */
export class OpenEntry {
  readonly #entry: JournalEntry;
  readonly #elapsedMs: () => number;

  constructor(entry: JournalEntry, elapsedMs: () => number) {
    this.#entry = entry;
    this.#elapsedMs = elapsedMs;
  }

  principal(email: string): void {
    this.#entry.principal = email;
  }

  resource(name: string): void {
    if (this.#entry.resource === "") this.#entry.resource = name;
  }

  get resourceName(): string {
    return this.#entry.resource;
  }

  permission(permission: string): void {
    if (!this.#entry.permissions.includes(permission)) this.#entry.permissions.push(permission);
  }

  hasPermission(permission: string): boolean {
    return this.#entry.permissions.includes(permission);
  }

  /** What the caller was told; the first word stands. */
  end(status: string): void {
    if (this.#entry.status !== undefined) return;
    this.#entry.status = status;
    this.#entry.durationMs = this.#elapsedMs();
  }
}
