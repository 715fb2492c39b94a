/** What one attempt of one task is to run, after the platform has resolved env, secrets and mounts. */
export type ContainerRun = {
  readonly image: string;
  /** Entry point and arguments, run without a shell. Empty means: the image's own entry point. */
  readonly argv: readonly string[];
  /** Exactly what the spec, the overrides and the platform give; the executor adds only PATH, HOME and GCE_METADATA_HOST. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  /** The files of an image that was pushed; without them the command runs on this machine's own. */
  readonly root?: ImageRoot;
  /** `host:port` of the container's own metadata server. */
  readonly metadataHost?: string;
  /** One entry per mounted directory; each is mounted read-only, owned by root. */
  readonly mounts: readonly Mount[];
};

type ImageRoot = {
  /** Has the image's files in `root`, and an empty directory `work`; neither is changed. */
  readonly directory: string;
  readonly uid: number;
  readonly gid: number;
};

export type Mount = {
  /** Absolute, e.g. `/credentials/git_ssh/default`. */
  readonly path: string;
  readonly files: readonly MountedFile[];
};

export type MountedFile = {
  /** Relative to the mount, e.g. `id_rsa`. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Permission bits after Cloud Run's umask of 0222, e.g. 0o444. */
  readonly mode: number;
};

export type OutputStream = "stdout" | "stderr";

/** One complete line (without its newline) or a final partial one, in the order the process wrote it. */
export type LineListener = (stream: OutputStream, line: string) => void;

/** Exactly one of the two, as the operating system told it. */
export type ContainerExit =
  | { readonly exitCode: number; readonly termSignal?: undefined }
  | { readonly exitCode?: undefined; readonly termSignal: number };

export type RunningContainer = {
  /** Settles after the last line was given to the listener. Rejects only if the container could not be started. */
  readonly exited: Promise<ContainerExit>;
  /** SIGTERM to the container's first process; nothing if it is gone. */
  terminate(): void;
  /** SIGKILL to everything in the container; nothing if it is gone. */
  kill(): void;
};

export type Executor = {
  readonly kind: "sandbox" | "host" | "simulate";
  start(run: ContainerRun, onLine: LineListener): RunningContainer;
};
