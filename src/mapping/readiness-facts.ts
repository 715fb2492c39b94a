/** What Google answered, or why nobody knows. */
export type Asked<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "unknown"; readonly why: string };

/** One agent that runs on Cloud Run, as configured on this machine. */
export type AgentPlace = {
  readonly name: string;
  /** E-mail address of the service account that its jobs run as. */
  readonly account: string;
  readonly image: string;
  /** Refs of the credentials that it lists. */
  readonly credentials: readonly string[];
  /** Ids of the secrets that its stored credentials become. */
  readonly secretIds: readonly string[];
  /** Agents of the same account with other credentials. */
  readonly neighbours: readonly string[];
};

/** What is configured, and what al found on this machine. */
export type ReadinessPlace = {
  readonly project: string;
  readonly region: string;
  /** E-mail address of whoever calls Google, or what else al knows them by. */
  readonly principal: string;
  readonly secretPrefix: string;
  /** Whether tokens come from IAM Credentials, by impersonation. */
  readonly impersonates: boolean;
  /** `projects/P/locations/L/repositories/R`, when `[cloud] artifact_registry` names one. */
  readonly repository: string | undefined;
  readonly agents: readonly AgentPlace[];
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
  /** Undefined when none is configured. */
  readonly repository:
    | { readonly exists: Asked<boolean>; readonly held: Asked<ReadonlySet<string>> }
    | undefined;
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
        readonly remedy?: string;
      }
    | { readonly kind: "invisible"; readonly why: string }
    | ({ readonly kind: "open" } & ProjectFacts);
};

export const known = <T>(value: T): Asked<T> => ({ kind: "known", value });
export const unknown = (why: string): Asked<never> => ({ kind: "unknown", why });
