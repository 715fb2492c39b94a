const RUN = "google.cloud.run.v2";
const SECRETS = "google.cloud.secretmanager.v1.SecretManagerService";
const LOGGING = "google.logging.v2.LoggingServiceV2";
const OPERATIONS = "google.longrunning.Operations";
const PROJECTS = "google.cloud.resourcemanager.v3.Projects";
const USAGE = "google.api.serviceusage.v1.ServiceUsage";
const ARTIFACTS = "google.devtools.artifactregistry.v1.ArtifactRegistry";
const DOCKER = "google.devtools.artifactregistry.docker";
const IAM = "google.iam.admin.v1.IAM";

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
  [`${RUN}.Jobs.GetIamPolicy`]: "run.jobs.getIamPolicy",
  [`${RUN}.Jobs.SetIamPolicy`]: "run.jobs.setIamPolicy",
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
  // "Permission 'run.locations.list' denied on resource 'projects/…'", as Cloud Run's console shows it.
  "google.cloud.location.Locations.ListLocations": "run.locations.list",
  [`${OPERATIONS}.GetOperation`]: "run.operations.get",
  // Waiting is reading: the permission tables know no run.operations.wait.
  [`${OPERATIONS}.WaitOperation`]: "run.operations.get",
  [`${OPERATIONS}.ListOperations`]: "run.operations.list",
  [`${OPERATIONS}.DeleteOperation`]: "run.operations.delete",
  [`${PROJECTS}.GetProject`]: "resourcemanager.projects.get",
  [`${PROJECTS}.GetIamPolicy`]: "resourcemanager.projects.getIamPolicy",
  [`${PROJECTS}.SetIamPolicy`]: "resourcemanager.projects.setIamPolicy",
  [`${USAGE}.GetService`]: "serviceusage.services.get",
  // rest/v1/services/batchGet
  [`${USAGE}.BatchGetServices`]: "serviceusage.services.get",
  [`${USAGE}.ListServices`]: "serviceusage.services.list",
  [`${USAGE}.EnableService`]: "serviceusage.services.enable",
  [`${USAGE}.BatchEnableServices`]: "serviceusage.services.enable",
  [`${IAM}.ListServiceAccounts`]: "iam.serviceAccounts.list",
  [`${IAM}.GetServiceAccount`]: "iam.serviceAccounts.get",
  [`${IAM}.DisableServiceAccount`]: "iam.serviceAccounts.disable",
  [`${IAM}.EnableServiceAccount`]: "iam.serviceAccounts.enable",
  [`${IAM}.GetIamPolicy`]: "iam.serviceAccounts.getIamPolicy",
  [`${IAM}.SetIamPolicy`]: "iam.serviceAccounts.setIamPolicy",
  [`${ARTIFACTS}.CreateRepository`]: "artifactregistry.repositories.create",
  [`${ARTIFACTS}.GetRepository`]: "artifactregistry.repositories.get",
  [`${ARTIFACTS}.ListRepositories`]: "artifactregistry.repositories.list",
  [`${ARTIFACTS}.UpdateRepository`]: "artifactregistry.repositories.update",
  [`${ARTIFACTS}.DeleteRepository`]: "artifactregistry.repositories.delete",
  [`${ARTIFACTS}.GetIamPolicy`]: "artifactregistry.repositories.getIamPolicy",
  [`${ARTIFACTS}.SetIamPolicy`]: "artifactregistry.repositories.setIamPolicy",
  [`${ARTIFACTS}.GetDockerImage`]: "artifactregistry.dockerimages.get",
  [`${ARTIFACTS}.ListDockerImages`]: "artifactregistry.dockerimages.list",
  [`${ARTIFACTS}.GetPackage`]: "artifactregistry.packages.get",
  [`${ARTIFACTS}.ListPackages`]: "artifactregistry.packages.list",
  [`${ARTIFACTS}.DeletePackage`]: "artifactregistry.packages.delete",
  [`${ARTIFACTS}.GetVersion`]: "artifactregistry.versions.get",
  [`${ARTIFACTS}.ListVersions`]: "artifactregistry.versions.list",
  [`${ARTIFACTS}.DeleteVersion`]: "artifactregistry.versions.delete",
  [`${ARTIFACTS}.GetTag`]: "artifactregistry.tags.get",
  [`${ARTIFACTS}.ListTags`]: "artifactregistry.tags.list",
  [`${ARTIFACTS}.CreateTag`]: "artifactregistry.tags.create",
  [`${ARTIFACTS}.UpdateTag`]: "artifactregistry.tags.update",
  [`${ARTIFACTS}.DeleteTag`]: "artifactregistry.tags.delete",
  // Docker's API knows two permissions for reading and writing, and a third for deleting.
  [`${DOCKER}.GetManifest`]: "artifactregistry.repositories.downloadArtifacts",
  [`${DOCKER}.GetBlob`]: "artifactregistry.repositories.downloadArtifacts",
  [`${DOCKER}.ListTags`]: "artifactregistry.repositories.downloadArtifacts",
  [`${DOCKER}.PutManifest`]: "artifactregistry.repositories.uploadArtifacts",
  [`${DOCKER}.StartUpload`]: "artifactregistry.repositories.uploadArtifacts",
  [`${DOCKER}.ContinueUpload`]: "artifactregistry.repositories.uploadArtifacts",
  [`${DOCKER}.FinishUpload`]: "artifactregistry.repositories.uploadArtifacts",
  [`${DOCKER}.GetUpload`]: "artifactregistry.repositories.uploadArtifacts",
  [`${DOCKER}.CancelUpload`]: "artifactregistry.repositories.uploadArtifacts",
  [`${DOCKER}.DeleteManifest`]: "artifactregistry.repositories.deleteArtifacts",
  [`${DOCKER}.DeleteBlob`]: "artifactregistry.repositories.deleteArtifacts",
  "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken":
    "iam.serviceAccounts.getAccessToken",
};
