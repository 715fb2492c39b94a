/** Where a permission is granted, and therefore where it is looked for. */
export type GrantedOn = "project" | "secrets" | "account" | "repository";

/** One permission of the identity that calls Google for al, and the reason for it. */
export type RequiredPermission = {
  readonly permission: string;
  /**
   * `secrets`: bound to the project on condition that the secret's name begins with al's prefix; `account`: on each agent's
   * service account; `repository`: on the Artifact Registry repository of the agents' images.
   */
  readonly on: GrantedOn;
  /** Google's methods that ask for it. */
  readonly methods: readonly string[];
  /** al's commands that make those calls. None: doctor asks whether it is held, for whoever uses the account by other means. */
  readonly commands: readonly string[];
  /** Continues "al needs it to"; or, where no command does it, "it takes this to". */
  readonly why: string;
  /** The smallest predefined role that holds it (https://cloud.google.com/iam/docs/roles-permissions). */
  readonly role: string;
};

const JOBS = "google.cloud.run.v2.Jobs";
const EXECUTIONS = "google.cloud.run.v2.Executions";
const TASKS = "google.cloud.run.v2.Tasks";
const SECRETS = "google.cloud.secretmanager.v1.SecretManagerService";
const DOCKER = "google.devtools.artifactregistry.docker";

type Row = readonly [
  permission: string,
  methods: readonly string[],
  commands: readonly string[],
  why: string,
  role: string,
];

const rows = (on: GrantedOn, list: readonly Row[]): RequiredPermission[] =>
  list.map(([permission, methods, commands, why, role]) => ({
    ...{ permission, on, methods, commands, why, role },
  }));

const RUN_DEVELOPER = "roles/run.developer";

/** Sources: https://cloud.google.com/run/docs/reference/iam/permissions, https://cloud.google.com/logging/docs/access-control. */
const ON_PROJECT: readonly Row[] = [
  ...(
    [
      ["run.jobs.create", [`${JOBS}.CreateJob`], ["run"], "create an agent's job"],
      [
        "run.jobs.get",
        [`${JOBS}.GetJob`],
        ["run", "plan", "gc"],
        "see whether an agent's job is there",
      ],
      [
        "run.jobs.list",
        [`${JOBS}.ListJobs`],
        ["run", "plan", "secrets ls", "secrets rm", "gc"],
        "find al's jobs",
      ],
      ["run.jobs.run", [`${JOBS}.RunJob`], ["run"], "start an agent"],
      [
        "run.jobs.runWithOverrides",
        [`${JOBS}.RunJob`],
        ["run"],
        "give a run its prompt, its name and its timeout",
      ],
      [
        "run.jobs.delete",
        [`${JOBS}.DeleteJob`],
        ["run", "secrets rm", "gc"],
        "remove a job that nothing uses",
      ],
      ["run.executions.get", [`${EXECUTIONS}.GetExecution`], ["run"], "see how a run goes"],
      [
        "run.executions.list",
        [`${EXECUTIONS}.ListExecutions`],
        ["run", "secrets rm", "gc"],
        "find runs, and the run of a call whose answer was lost",
      ],
      ["run.executions.cancel", [`${EXECUTIONS}.CancelExecution`], ["run"], "stop a run"],
      ["run.tasks.list", [`${TASKS}.ListTasks`], ["run"], "read an agent's exit code"],
      [
        "run.operations.get",
        ["google.longrunning.Operations.GetOperation"],
        ["run", "secrets rm", "gc"],
        "wait until Cloud Run has checked a job",
      ],
    ] as const
  ).map((row): Row => [...row, RUN_DEVELOPER]),
  [
    "logging.logEntries.list",
    ["google.logging.v2.LoggingServiceV2.ListLogEntries"],
    ["run"],
    "show what an agent prints",
    "roles/logging.viewer",
  ],
  [
    "secretmanager.secrets.list",
    [`${SECRETS}.ListSecrets`],
    ["run", "plan", "secrets ls", "secrets sync", "secrets rm", "gc"],
    "find the secrets that it made; a list is authorised on the project",
    "roles/secretmanager.viewer",
  ],
  [
    "secretmanager.secrets.create",
    [`${SECRETS}.CreateSecret`],
    ["run", "secrets sync"],
    "store a credential's field; creation is authorised on the project",
    "roles/secretmanager.admin",
  ],
];

const MANAGER = "roles/secretmanager.secretVersionManager";

/** Source: https://cloud.google.com/secret-manager/docs/access-control. */
const ON_SECRETS: readonly Row[] = [
  [
    "secretmanager.secrets.get",
    [`${SECRETS}.GetSecret`],
    ["run", "plan", "secrets sync", "secrets rm"],
    "see whose a secret is before it is changed",
    "roles/secretmanager.viewer",
  ],
  [
    "secretmanager.secrets.update",
    [`${SECRETS}.UpdateSecret`],
    ["run", "secrets sync"],
    "note which version is which field",
    "roles/secretmanager.admin",
  ],
  [
    "secretmanager.secrets.delete",
    [`${SECRETS}.DeleteSecret`],
    ["secrets rm"],
    "remove a credential's copies",
    "roles/secretmanager.admin",
  ],
  [
    "secretmanager.versions.add",
    [`${SECRETS}.AddSecretVersion`],
    ["run", "secrets sync"],
    "store a new or changed value",
    "roles/secretmanager.secretVersionAdder",
  ],
  [
    "secretmanager.versions.list",
    [`${SECRETS}.ListSecretVersions`],
    ["run", "plan", "secrets ls", "secrets sync", "gc"],
    "find the version that holds a value",
    MANAGER,
  ],
  [
    "secretmanager.versions.access",
    [`${SECRETS}.AccessSecretVersion`],
    ["run", "plan", "secrets sync"],
    "compare a stored value with the local one, so that nothing is stored twice",
    "roles/secretmanager.secretAccessor",
  ],
  [
    "secretmanager.versions.destroy",
    [`${SECRETS}.DestroySecretVersion`],
    ["gc"],
    "destroy values that were replaced",
    MANAGER,
  ],
];

/** Source: https://cloud.google.com/run/docs/configuring/jobs/service-identity. */
const ON_ACCOUNT: readonly Row[] = [
  [
    "iam.serviceAccounts.actAs",
    [`${JOBS}.CreateJob`],
    ["run"],
    "let an agent's job run as its service account",
    "roles/iam.serviceAccountUser",
  ],
];

/** al pulls and pushes nothing: docker does. Source: https://cloud.google.com/artifact-registry/docs/access-control. */
const ON_REPOSITORY: readonly Row[] = [
  [
    "artifactregistry.repositories.downloadArtifacts",
    [`${DOCKER}.GetManifest`],
    [],
    "pull an agent's image",
    "roles/artifactregistry.reader",
  ],
  [
    "artifactregistry.repositories.uploadArtifacts",
    [`${DOCKER}.PutManifest`],
    [],
    "push an agent's image",
    "roles/artifactregistry.writer",
  ],
];

/** Everything that al's identity needs on Google Cloud, and nothing that it does not. */
export const REQUIRED_PERMISSIONS: readonly RequiredPermission[] = [
  ...rows("project", ON_PROJECT),
  ...rows("secrets", ON_SECRETS),
  ...rows("account", ON_ACCOUNT),
  ...rows("repository", ON_REPOSITORY),
];

/** By name; Cloud Run writes `iam.serviceaccounts.actAs`, so letters may be of either case. */
export const findRequiredPermission = (permission: string): RequiredPermission | undefined =>
  REQUIRED_PERMISSIONS.find((each) => each.permission.toLowerCase() === permission.toLowerCase());

/** The API that a permission belongs to. */
export const apiOf = (permission: string): string => `${permission.split(".")[0]}.googleapis.com`;
