# What al asks Google for, and nothing else: one custom role of the controller per list. No list holds a permission that
# changes a policy, so the controller cannot give itself more.
# Which call needs which permission: https://docs.cloud.google.com/run/docs/reference/iam/permissions,
# https://docs.cloud.google.com/secret-manager/docs/access-control, https://docs.cloud.google.com/logging/docs/access-control.
locals {
  permissions = {
    # On the project: jobs are created once and never updated, run with overrides, watched, cancelled and collected.
    run = [
      "run.executions.cancel",
      "run.executions.get",
      "run.executions.list",
      "run.jobs.create",
      "run.jobs.delete",
      "run.jobs.get",
      "run.jobs.list",
      "run.jobs.run",
      "run.jobs.runWithOverrides",
      "run.operations.get",
      "run.tasks.list",
    ]

    # On the project without a condition: both are decided on the project, where a condition on a secret's name is never true.
    # https://docs.cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
    secrets_in_project = [
      "secretmanager.secrets.create",
      "secretmanager.secrets.list",
    ]

    # On secrets of the prefix only. versions.access, because al compares values before it adds a version.
    secrets_of_prefix = [
      "secretmanager.secrets.delete",
      "secretmanager.secrets.get",
      "secretmanager.secrets.update",
      "secretmanager.versions.access",
      "secretmanager.versions.add",
      "secretmanager.versions.destroy",
      "secretmanager.versions.list",
    ]

    # On the project: the output of runs.
    logs = [
      "logging.logEntries.list",
    ]

    # On the project, read only: what `al doctor --runtime cloudrun` looks at.
    doctor = [
      "resourcemanager.projects.get",
      "run.locations.list",
      "serviceusage.services.get",
    ]

    # On the runners' accounts only: a job is created under the name of its runner; doctor asks whether the account is there.
    act_as = [
      "iam.serviceAccounts.actAs",
      "iam.serviceAccounts.get",
    ]
  }

  # Profile "predefined". On the project:
  predefined_roles = [
    "roles/artifactregistry.admin",
    "roles/logging.viewer",
    "roles/run.admin",
    "roles/secretmanager.admin",
    "roles/serviceusage.serviceUsageViewer",
  ]

  # On the repository, profile "least_privilege": al looks for an image and pushes it.
  repository_roles = [
    "roles/artifactregistry.reader",
    "roles/artifactregistry.writer",
  ]
}
