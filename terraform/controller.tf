locals {
  least_privilege = var.controller_profile == "least_privilege"

  role_titles = {
    run                = "Action Llama: jobs and their runs"
    secrets_in_project = "Action Llama: create and list secrets"
    secrets_of_prefix  = "Action Llama: secrets of one prefix"
    logs               = "Action Llama: output of runs"
    doctor             = "Action Llama: look at the project"
    act_as             = "Action Llama: run jobs as a runner"
  }

  # Roles for the project; the other two are given on secrets of the prefix and on runners.
  unconditioned_roles = ["run", "secrets_in_project", "logs", "doctor"]

  impersonators = { for member in distinct(var.controller_impersonators) : member => member }
  # People, of Google's accounts or of a workforce pool. An account or a workload calls without a project to bill.
  billed_impersonators = {
    for member in keys(local.impersonators) : member => member if can(regex("^(user|group):|/workforcePools/", member))
  }
}

resource "google_project_iam_custom_role" "controller" {
  for_each = local.least_privilege ? local.permissions : {}

  project = var.project
  # Two set-ups in one project differ in their prefix.
  role_id     = "${replace(var.secret_prefix, "-", "_")}_${each.key}"
  title       = local.role_titles[each.key]
  permissions = each.value

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "controller" {
  for_each = local.least_privilege ? {
    for key in local.unconditioned_roles : key => google_project_iam_custom_role.controller[key].name
  } : { for role in local.predefined_roles : role => role }

  project = var.project
  role    = each.value
  member  = google_service_account.controller.member
}

resource "google_project_iam_member" "controller_secrets" {
  for_each = local.least_privilege ? { secrets_of_prefix = local.prefix_beginning } : {}

  project = var.project
  role    = google_project_iam_custom_role.controller[each.key].name
  member  = google_service_account.controller.member

  condition {
    title       = "al-secrets-of-prefix"
    description = "Secrets whose id begins with ${each.value}"
    expression  = "resource.name.startsWith(\"${local.secret_root}${each.value}\")"
  }
}

# On each runner, never on the project: there it would let al run as any account, the default compute account included.
resource "google_service_account_iam_member" "controller_acts_as_runner" {
  for_each = local.runners

  service_account_id = google_service_account.runner[each.key].name
  role               = local.least_privilege ? google_project_iam_custom_role.controller["act_as"].name : "roles/iam.serviceAccountUser"
  member             = google_service_account.controller.member
}

resource "google_service_account_iam_member" "controller_impersonator" {
  for_each = local.impersonators

  service_account_id = google_service_account.controller.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value
}

# A person's calls are counted on a project, and Google wants a right in it for that (permission serviceusage.services.use):
# without it, nobody gets as far as acting as the controller.
# https://docs.cloud.google.com/docs/quotas/set-quota-project
resource "google_project_iam_member" "controller_impersonator" {
  for_each = local.billed_impersonators

  project = var.project
  role    = "roles/serviceusage.serviceUsageConsumer"
  member  = each.value
}

# Its private half is in the state in clear; many organisations refuse it (constraint iam.disableServiceAccountKeyCreation).
resource "google_service_account_key" "controller" {
  for_each = var.create_key ? { controller = google_service_account.controller.name } : {}

  service_account_id = each.value
}
