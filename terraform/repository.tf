resource "google_artifact_registry_repository" "agents" {
  project       = var.project
  location      = var.region
  repository_id = var.repository_id
  description   = "Images of Action Llama's agents"
  format        = "DOCKER"
  labels        = var.labels

  # A policy does not know which images jobs still name, so it never looks at tagged ones: a tag is how an image is kept.
  # https://docs.cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview
  cleanup_policies {
    id     = "delete-untagged"
    action = "DELETE"

    condition {
      tag_state  = "UNTAGGED"
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_artifact_registry_repository_iam_member" "controller" {
  for_each = { for role in local.repository_roles : role => role if local.least_privilege }

  project    = var.project
  location   = google_artifact_registry_repository.agents.location
  repository = google_artifact_registry_repository.agents.name
  role       = each.value
  member     = google_service_account.controller.member
}
