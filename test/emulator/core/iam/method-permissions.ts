const RUN = "google.cloud.run.v2";
const SECRETS = "google.cloud.secretmanager.v1.SecretManagerService";
const LOGGING = "google.logging.v2.LoggingServiceV2";
const OPERATIONS = "google.longrunning.Operations";

/**
 * The permission without which a method never succeeds. Handlers ask for it themselves, because only they know
 * the resource; a reply without having asked is an error of the emulator. Not listed: what depends on the request
 * (actAs, run.jobs.runWithOverrides), and TestIamPermissions, which needs none.
 * Sources: docs.cloud.google.com/run/docs/reference/iam/permissions, …/secret-manager/docs/access-control,
 * …/logging/docs/access-control, and the method map of iann0036/iam-dataset@2073fa52a.
 */
export const REQUIRED_PERMISSION: Readonly<Record<string, string>> = {
  [`${RUN}.Jobs.CreateJob`]: "run.jobs.create",
  [`${RUN}.Jobs.GetJob`]: "run.jobs.get",
  [`${RUN}.Jobs.ListJobs`]: "run.jobs.list",
  [`${RUN}.Jobs.UpdateJob`]: "run.jobs.update",
  [`${RUN}.Jobs.DeleteJob`]: "run.jobs.delete",
  [`${RUN}.Jobs.RunJob`]: "run.jobs.run",
  [`${RUN}.Executions.GetExecution`]: "run.executions.get",
  [`${RUN}.Executions.ListExecutions`]: "run.executions.list",
  [`${RUN}.Executions.DeleteExecution`]: "run.executions.delete",
  // Since 2024-09-16; before, run.jobs.run sufficed (Cloud Run release notes).
  [`${RUN}.Executions.CancelExecution`]: "run.executions.cancel",
  [`${RUN}.Tasks.GetTask`]: "run.tasks.get",
  [`${RUN}.Tasks.ListTasks`]: "run.tasks.list",
  [`${SECRETS}.ListSecrets`]: "secretmanager.secrets.list",
  [`${SECRETS}.CreateSecret`]: "secretmanager.secrets.create",
  [`${SECRETS}.GetSecret`]: "secretmanager.secrets.get",
  [`${SECRETS}.UpdateSecret`]: "secretmanager.secrets.update",
  [`${SECRETS}.DeleteSecret`]: "secretmanager.secrets.delete",
  [`${SECRETS}.GetIamPolicy`]: "secretmanager.secrets.getIamPolicy",
  [`${SECRETS}.SetIamPolicy`]: "secretmanager.secrets.setIamPolicy",
  [`${SECRETS}.AddSecretVersion`]: "secretmanager.versions.add",
  [`${SECRETS}.ListSecretVersions`]: "secretmanager.versions.list",
  [`${SECRETS}.GetSecretVersion`]: "secretmanager.versions.get",
  [`${SECRETS}.AccessSecretVersion`]: "secretmanager.versions.access",
  [`${SECRETS}.DisableSecretVersion`]: "secretmanager.versions.disable",
  [`${SECRETS}.EnableSecretVersion`]: "secretmanager.versions.enable",
  [`${SECRETS}.DestroySecretVersion`]: "secretmanager.versions.destroy",
  [`${LOGGING}.ListLogEntries`]: "logging.logEntries.list",
  [`${LOGGING}.WriteLogEntries`]: "logging.logEntries.create",
  [`${OPERATIONS}.GetOperation`]: "run.operations.get",
  // Waiting is reading: the permission tables know no run.operations.wait.
  [`${OPERATIONS}.WaitOperation`]: "run.operations.get",
  [`${OPERATIONS}.ListOperations`]: "run.operations.list",
  [`${OPERATIONS}.DeleteOperation`]: "run.operations.delete",
};
