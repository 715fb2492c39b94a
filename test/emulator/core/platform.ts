import type { Executor } from "../executor/executor.ts";
import type { Json } from "./handler.ts";

export type Project = { readonly id: string; readonly number: string };

/** What every service of the emulator stands on; made once, in start.ts. */
export type Platform = {
  readonly clock: EmulatorClock;
  readonly executor: Executor;
  readonly logs: { write(entries: Json[]): void };
  /** How long an operation (create, delete, …) stays unfinished, and each step of an execution's start takes. */
  readonly operationDelayMs: number;
  /** The id and the number of a project mean the same project everywhere. */
  findProject(idOrNumber: string): Project | undefined;
  /** IAM's answer for a service account's e-mail, without a call (e.g. the identity of a job on a secret version). */
  isAllowed(email: string, permission: string, resource: string): boolean;
  /** A service account that the emulator was told of. */
  knowsServiceAccount(email: string): boolean;
};

export type EmulatorClock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs the callback once, after the delay; the timer never keeps the process alive on its own. */
  after(milliseconds: number, callback: () => void): { cancel(): void };
};
