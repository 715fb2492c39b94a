locals {
  # GitHub signs tokens for every repository in the world with one key, so the condition is what keeps the others out.
  # https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
  github_condition = join(" && ", compact([
    var.github_repository == null ? "" : "assertion.repository == \"${var.github_repository}\"",
    var.github_ref == null ? "" : "assertion.ref == \"${var.github_ref}\"",
  ]))
  github = var.github_repository == null ? {} : { actions = var.github_repository }
}

resource "google_iam_workload_identity_pool" "github" {
  for_each = local.github

  project                   = var.project
  workload_identity_pool_id = var.controller_account_id
  display_name              = "Action Llama: GitHub Actions"
  description               = "Workflows of ${each.value} act as ${var.controller_account_id}"

  depends_on = [google_project_service.this]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  for_each = local.github

  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[each.key].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"
  attribute_condition                = local.github_condition
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.ref"        = "assertion.ref"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "github" {
  for_each = local.github

  service_account_id = google_service_account.controller.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github[each.key].name}/attribute.repository/${each.value}"

  # Without the provider's condition nobody could come in, with it only the right ones: never a grant before it.
  depends_on = [google_iam_workload_identity_pool_provider.github]
}
