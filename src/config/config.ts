/** What `[cloud]` says, after environment files were laid over it. */
export type CloudConfig = {
  /** Undefined: the project of the service-account key. */
  readonly project: string | undefined;
  readonly region: string;
  /** Identity of the agent's job: an e-mail address. */
  readonly serviceAccount: string;
  /** Ref of the credential that signs in. */
  readonly credential: string;
  readonly secretPrefix: string;
  readonly memory: string | undefined;
  readonly cpus: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
};

export type ModelConfig = {
  readonly name: string;
  readonly provider: string;
  readonly authType: string | undefined;
};

/** What is to run, from the agent's `[cloudrun]`. */
export type ContainerConfig = {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly memory: string | undefined;
  readonly cpus: string | undefined;
  readonly env: Readonly<Record<string, string>>;
};

export type AgentConfig = {
  readonly name: string;
  /** Refs as written in the agent's config.toml. */
  readonly credentials: readonly string[];
  readonly models: readonly ModelConfig[];
  readonly timeoutSeconds: number;
  readonly container: ContainerConfig;
};

/** Everything of a project that one run needs, checked. */
export type RunConfig = { readonly cloud: CloudConfig; readonly agent: AgentConfig };
