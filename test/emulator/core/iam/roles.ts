// Predefined roles, cut down to the permissions of the emulated methods
// (docs.cloud.google.com/iam/docs/roles-permissions, checked against darkbitio/gcp-iam-role-permissions@8ab2a6ff).

const under = (service: string, ...names: string[]): string[] =>
  names.map((name) => `${service}.${name}`);

const RUN_READ = under(
  "run",
  ...["jobs.get", "jobs.list", "executions.get", "executions.list", "tasks.get", "tasks.list"],
  ...["operations.get", "operations.list", "locations.list", "jobs.getIamPolicy"],
);

const RUN_WRITE = under(
  "run",
  ...["jobs.create", "jobs.update", "jobs.delete", "jobs.run", "jobs.runWithOverrides"],
  ...["executions.cancel", "executions.delete", "operations.delete"],
);

const SECRET_METADATA = under(
  "secretmanager",
  ...["secrets.get", "secrets.list", "secrets.getIamPolicy", "versions.get", "versions.list"],
  ...["locations.get", "locations.list"],
);

const VERSION_CHANGES = under(
  "secretmanager",
  ...["versions.add", "versions.enable", "versions.disable", "versions.destroy"],
);

const SECRET_CHANGES = under(
  "secretmanager",
  ...["secrets.create", "secrets.update", "secrets.delete", "secrets.setIamPolicy"],
);

const ACCESS = "secretmanager.versions.access";

const LOG_READ = under(
  "logging",
  ...["logEntries.list", "logs.list", "logServices.list", "views.access"],
);

const IMAGE_READ = under(
  "artifactregistry",
  ...["repositories.downloadArtifacts", "repositories.get", "repositories.list"],
  ...["dockerimages.get", "dockerimages.list", "packages.get", "packages.list"],
  ...["versions.get", "versions.list", "tags.get", "tags.list", "files.get", "files.list"],
);

const IMAGE_WRITE = under(
  "artifactregistry",
  ...["repositories.uploadArtifacts", "tags.create", "tags.update"],
);

const IMAGE_DELETE = under(
  "artifactregistry",
  ...["repositories.deleteArtifacts", "packages.delete", "versions.delete", "tags.delete"],
);

const REPOSITORY_CHANGES = under(
  "artifactregistry",
  ...["repositories.create", "repositories.update", "repositories.delete"],
);

const REPOSITORY_POLICY = under(
  "artifactregistry",
  ...["repositories.getIamPolicy", "repositories.setIamPolicy"],
);

const ACT_AS = under("iam", "serviceAccounts.actAs", "serviceAccounts.get", "serviceAccounts.list");

const PROJECT_READ = ["resourcemanager.projects.get"];

const PROJECT_POLICY = under("resourcemanager", "projects.getIamPolicy", "projects.setIamPolicy");

const ACCOUNT_READ = under(
  "iam",
  ...["serviceAccounts.get", "serviceAccounts.list", "serviceAccounts.getIamPolicy"],
);

const ACCOUNT_CHANGES = under(
  "iam",
  ...["serviceAccounts.setIamPolicy", "serviceAccounts.disable", "serviceAccounts.enable"],
);

const SERVICE_READ = under("serviceusage", "services.get", "services.list");

const EDITOR = [
  ...[...RUN_READ, ...RUN_WRITE, ...SECRET_METADATA, ...LOG_READ, "logging.logEntries.create"],
  ...[
    ...IMAGE_READ,
    ...IMAGE_WRITE,
    ...IMAGE_DELETE,
    ...REPOSITORY_CHANGES,
    ...ACT_AS,
    ...PROJECT_READ,
  ],
  ...[...SERVICE_READ, "serviceusage.services.enable"],
];

/** Permissions of each predefined role; custom roles come from the seed. */
export const PREDEFINED_ROLES: Readonly<Record<string, readonly string[]>> = {
  "roles/owner": [
    ...EDITOR,
    ...[...PROJECT_POLICY, ...ACCOUNT_READ, ...ACCOUNT_CHANGES],
    ...SECRET_CHANGES,
    ...VERSION_CHANGES,
    ACCESS,
    "run.jobs.setIamPolicy",
    ...REPOSITORY_POLICY,
  ],
  "roles/editor": EDITOR,
  "roles/viewer": [
    ...[...RUN_READ, ...SECRET_METADATA, ...LOG_READ, ...PROJECT_READ, ...SERVICE_READ],
    ...IMAGE_READ,
    ...["iam.serviceAccounts.get", "iam.serviceAccounts.list"],
  ],
  "roles/browser": [...PROJECT_READ, "resourcemanager.projects.getIamPolicy"],
  "roles/resourcemanager.projectIamAdmin": [...PROJECT_READ, ...PROJECT_POLICY],
  "roles/run.admin": [...RUN_READ, ...RUN_WRITE, "run.jobs.setIamPolicy"],
  "roles/run.developer": [...RUN_READ, ...RUN_WRITE],
  "roles/run.viewer": RUN_READ,
  "roles/run.jobsExecutor": ["run.jobs.run", "run.executions.cancel"],
  "roles/run.jobsExecutorWithOverrides": [
    "run.jobs.run",
    "run.jobs.runWithOverrides",
    "run.executions.cancel",
  ],
  "roles/run.invoker": ["run.jobs.run"],
  "roles/secretmanager.admin": [...SECRET_METADATA, ...SECRET_CHANGES, ...VERSION_CHANGES, ACCESS],
  "roles/secretmanager.viewer": SECRET_METADATA,
  "roles/secretmanager.secretAccessor": [ACCESS],
  "roles/secretmanager.secretVersionAdder": ["secretmanager.versions.add"],
  "roles/secretmanager.secretVersionManager": [
    ...VERSION_CHANGES,
    "secretmanager.versions.get",
    "secretmanager.versions.list",
  ],
  "roles/logging.viewer": LOG_READ,
  "roles/logging.viewAccessor": ["logging.views.access"],
  "roles/logging.logWriter": ["logging.logEntries.create"],
  "roles/iam.serviceAccountUser": ACT_AS,
  "roles/iam.serviceAccountViewer": [...ACCOUNT_READ, ...PROJECT_READ],
  "roles/iam.serviceAccountAdmin": [...[...ACCOUNT_READ, ...PROJECT_READ], ...ACCOUNT_CHANGES],
  "roles/iam.serviceAccountTokenCreator": under(
    "iam",
    ...["serviceAccounts.getAccessToken", "serviceAccounts.get", "serviceAccounts.list"],
  ),
  // For callers from outside Google Cloud (docs: workload identity federation).
  "roles/iam.workloadIdentityUser": under(
    "iam",
    ...["serviceAccounts.getAccessToken", "serviceAccounts.get", "serviceAccounts.list"],
  ),
  "roles/serviceusage.serviceUsageViewer": SERVICE_READ,
  "roles/serviceusage.serviceUsageConsumer": [...SERVICE_READ, "serviceusage.services.use"],
  "roles/serviceusage.serviceUsageAdmin": [
    ...SERVICE_READ,
    ...["serviceusage.services.use", "serviceusage.services.enable"],
  ],
  "roles/artifactregistry.reader": IMAGE_READ,
  "roles/artifactregistry.writer": [...IMAGE_READ, ...IMAGE_WRITE],
  "roles/artifactregistry.repoAdmin": [...IMAGE_READ, ...IMAGE_WRITE, ...IMAGE_DELETE],
  "roles/artifactregistry.admin": [
    ...[...IMAGE_READ, ...IMAGE_WRITE, ...IMAGE_DELETE, ...REPOSITORY_CHANGES],
    ...REPOSITORY_POLICY,
  ],
};
