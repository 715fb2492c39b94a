import type { Remedy } from "./readiness-check.ts";

/** What Google answered, or why nobody knows. */
export type Asked<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "unknown"; readonly why: string };

/** One agent and the account that its jobs run as, as configured on this machine. */
export type AgentPlace = {
  readonly name: string;
  /** E-mail address of the service account that its jobs run as. */
  readonly account: string;
  /** Undefined while no `[cloudrun]` names one. */
  readonly image: string | undefined;
  /** Refs of the credentials that it needs. */
  readonly credentials: readonly string[];
  /** Ids of the secrets that those become, also where they are not stored on this machine. */
  readonly secretIds: readonly string[];
  /** Agents of the same account with other credentials. */
  readonly neighbours: readonly string[];
};

/** Every agent of the project, as the Terraform module is told of it. */
export type ProjectAgent = {
  readonly name: string;
  /** Refs of the credentials that it needs, its models' keys too. */
  readonly credentials: readonly string[];
  /** Undefined where `[cloud]` names none for it. */
  readonly account: string | undefined;
};

/** What is configured, and what al found on this machine. */
export type ReadinessPlace = {
  readonly project: string;
  readonly region: string;
  /** E-mail address of whoever calls Google, or what else al knows them by. */
  readonly principal: string;
  readonly secretPrefix: string;
  /** How al signs in; with `impersonate`, tokens come from IAM Credentials. */
  readonly auth: "key" | "adc" | "impersonate";
  /** Ref of the stored key that signs in; undefined where Google's application default credentials do. */
  readonly credential: string | undefined;
  /** `projects/P/locations/L/repositories/R`, when `[cloud] artifact_registry` names one. */
  readonly repository: string | undefined;
  /** Those that are looked at. */
  readonly agents: readonly AgentPlace[];
  /** All of the project. */
  readonly everyAgent: readonly ProjectAgent[];
  /** The account that `[cloud]` names for all agents together. */
  readonly sharedAccount: string | undefined;
  /** What names the same files to another command of al: ` -E prod`, or nothing. */
  readonly alFlags: string;
};

/** An IAM policy in Google's form, version 3. */
export type IamPolicy = {
  readonly bindings: readonly {
    readonly role: string;
    readonly members: readonly string[];
    /** The expression of the condition, if there is one. */
    readonly condition: string | undefined;
  }[];
};

export type AccountState = "enabled" | "disabled" | "absent";

/** The value-less secret on which conditioned rights can be seen. */
export type ProbeFacts =
  | { readonly kind: "there"; readonly held: ReadonlySet<string> }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly why: string };

export type RepositoryFacts = {
  readonly exists: Asked<boolean>;
  readonly held: Asked<ReadonlySet<string>>;
};

/** What Google answered to a caller that it let in. */
export type ProjectFacts = {
  readonly project: Asked<{
    readonly id: string;
    readonly number: string;
    /** No folder or organisation above it can grant anything. */
    readonly isAlone: boolean;
  }>;
  /** What the caller holds on the whole project. */
  readonly held: Asked<ReadonlySet<string>>;
  /** By host: whether Service Usage says that the API is on. */
  readonly services: Asked<ReadonlyMap<string, boolean>>;
  /** By host: whether the API answered, or refused because it is off. */
  readonly seen: ReadonlyMap<string, boolean>;
  readonly regions: Asked<readonly string[]>;
  readonly accounts: ReadonlyMap<
    string,
    { readonly state: Asked<AccountState>; readonly held: Asked<ReadonlySet<string>> }
  >;
  readonly probe: ProbeFacts;
  /** By name: those that are configured or hold an agent's image. */
  readonly repositories: ReadonlyMap<string, RepositoryFacts>;
  readonly policy: Asked<IamPolicy>;
  /** By id; a secret that does not exist yet has a policy without bindings. */
  readonly secretPolicies: ReadonlyMap<string, Asked<IamPolicy>>;
  /** By reference; only those that were looked for. */
  readonly images: ReadonlyMap<string, Asked<boolean>>;
};

/** Everything that was found out about a project. */
export type ReadinessFacts = {
  /** How far this machine's clock is ahead of Google's, in milliseconds; undefined when Google told no time. */
  readonly skewMs: number | undefined;
  readonly access:
    | {
        readonly kind: "refused";
        readonly why: string;
        /** What mends it, where the sign-in itself says so. */
        readonly remedy?: Remedy;
        /** Host of the API that is off, where that is why. */
        readonly offApi?: string;
      }
    | { readonly kind: "invisible"; readonly why: string }
    /** Of another project, and without any right in this one. */
    | { readonly kind: "stranger" }
    | ({ readonly kind: "open" } & ProjectFacts);
};

export const known = <T>(value: T): Asked<T> => ({ kind: "known", value });
export const unknown = (why: string): Asked<never> => ({ kind: "unknown", why });
