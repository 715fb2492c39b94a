/** What `[cloud]` says, after environment files were laid over it. */
export type CloudConfig = {
  /** Undefined: the project of whoever signs in. */
  readonly project: string | undefined;
  readonly region: string;
  /** Identity of the agent's job: an e-mail address. */
  readonly serviceAccount: string;
  /** Ref of the credential that signs in; undefined where Google's application default credentials do. */
  readonly credential: string | undefined;
  /** E-mail address of the service account that whoever signs in then acts as. */
  readonly impersonate?: string | undefined;
  readonly secretPrefix: string;
  readonly memory: string | undefined;
  readonly cpus: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly vpc: VpcConfig | undefined;
  /** Full name of the Cloud KMS key that encrypts the jobs' images and memory, or undefined for Google's own. */
  readonly encryptionKey: string | undefined;
  /** Regions that hold the secrets; none means automatic replication. */
  readonly secretLocations: readonly string[];
};

/** The network that jobs reach: a connector, or a network and subnetwork of their own. */
export type VpcConfig = {
  readonly connector: string | undefined;
  readonly network: string | undefined;
  readonly subnetwork: string | undefined;
  readonly tags: readonly string[];
  /** `private-ranges-only` is Cloud Run's default. */
  readonly egress: "all-traffic" | "private-ranges-only";
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

/** Another agent of the project whose jobs run as the same service account. */
export type Neighbour = {
  readonly agent: string;
  /** Refs as written. */
  readonly credentials: readonly string[];
  readonly models: readonly ModelConfig[];
};

/** Everything of a project that one run needs, checked. */
export type RunConfig = {
  readonly cloud: CloudConfig;
  readonly agent: AgentConfig;
  /** The agents that share this one's identity, and so whatever it may read. */
  readonly neighbours: readonly Neighbour[];
};
