import type { Executor } from "../executor/executor.ts";
import type { Json } from "./handler.ts";
import type { Identities } from "./iam/identities.ts";
import type { Policies } from "./iam/policies.ts";

export type Project = { readonly id: string; readonly number: string };

/** What every service of the emulator stands on; made once, in start.ts. */
export type Platform = {
  readonly clock: EmulatorClock;
  readonly executor: Executor;
  readonly logs: { write(entries: Json[]): void };
  /** How long an operation (create, delete, …) stays unfinished, and each step of an execution's start takes. */
  readonly operationDelayMs: number;
  /** How long a fresh secret or version is missing from lists. */
  readonly listDelayMs: number;
  readonly identities: Identities;
  /** The policies of all resources; what `setPolicy` writes takes effect after the IAM delay. */
  readonly policies: Policies;
  /** Serves each container its own metadata; absent where containers have none. */
  readonly metadata?: MetadataServers;
  /** The id and the number of a project mean the same project everywhere. */
  findProject(idOrNumber: string): Project | undefined;
  /** IAM's answer for a service account's e-mail, without a call (e.g. the identity of a job on a secret version). */
  isAllowed(email: string, permission: string, resource: string): boolean;
  /** A service account that the emulator was told of. */
  knowsServiceAccount(email: string): boolean;
};

/** Who and where a container is, as its metadata server tells. */
export type MetadataIdentity = {
  readonly project: Project;
  readonly region: string;
  /** E-mail of the service account that the container runs as. */
  readonly serviceAccount: string;
  readonly instanceId: string;
};

export type MetadataServers = {
  /** Opens one for one container; `host` is what GCE_METADATA_HOST says, and `close` ends its tokens too. */
  open(identity: MetadataIdentity): Promise<{ readonly host: string; close(): void }>;
};

export type EmulatorClock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs the callback once, after the delay; the timer never keeps the process alive on its own. */
  after(milliseconds: number, callback: () => void): { cancel(): void };
};
