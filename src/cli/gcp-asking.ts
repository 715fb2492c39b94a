import type { Table } from "../config/toml-file.ts";
import { accountEmail } from "../mapping/runner-account.ts";
import type { Prompts } from "./prompts.ts";

export type Auth = "key" | "adc" | "impersonate";

export type GcpInitOptions = {
  readonly project: string;
  readonly environment?: string;
  readonly gcpProject?: string;
  readonly region?: string;
  readonly artifactRegistry?: string;
  readonly auth?: Auth;
  readonly impersonate?: string;
  readonly keyFile?: string;
  readonly runners?: "per-agent" | "shared";
  readonly serviceAccount?: string;
  readonly member?: readonly string[];
  readonly printTerraform?: boolean;
  /** False after --no-doctor. */
  readonly doctor: boolean;
  readonly json?: boolean;
};

/** What is known before anybody is asked. */
export type Known = {
  /** What the file and those below it say in `[cloud]` together: what counts now. */
  readonly cloud: Table;
  /** `[cloud]` of the file itself. */
  readonly own: Table;
  /** The project of the stored key. */
  readonly keyProject: string | undefined;
  readonly agents: readonly string[];
};

/** What every question is asked with. */
export type Asking = {
  readonly options: GcpInitOptions;
  readonly known: Known;
  /** Undefined where nobody is to be asked. */
  readonly prompts: Prompts | undefined;
};

/** An account of the project that was configured so far is, in another project, the account of the same id there. */
export function followedAccount(account: unknown, from: unknown, to: string): unknown {
  const text = textOf(account);
  const [id = "", domain] = (text ?? "").split("@");
  const isOfProject = textOf(from) !== undefined && domain === accountEmail("", `${from}`).slice(1);
  return isOfProject ? accountEmail(id, to) : account;
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
