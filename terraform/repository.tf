locals {
  # Of each image, tagged or not.
  kept_versions = 20
  deletions     = var.delete_untagged_after_days == null ? {} : { delete-untagged = "${var.delete_untagged_after_days * 24 * 60 * 60}s" }
}

resource "google_artifact_registry_repository" "agents" {
  project       = var.project
  location      = var.region
  repository_id = var.repository_id
  description   = "Images of Action Llama's agents"
  format        = "DOCKER"
  labels        = var.labels

  # A policy does not know which images are still named by a job or by an agent's configuration, so it never looks at tagged
  # ones: a tag is how an image is kept. The age of one whose tag moved on counts from its upload, not from that day, so the
  # newest are kept whatever their age (KEEP beats DELETE, and counts for each image by itself).
  # https://docs.cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"

    most_recent_versions {
      keep_count = local.kept_versions
    }
  }

  dynamic "cleanup_policies" {
    for_each = local.deletions

    content {
      id     = cleanup_policies.key
      action = "DELETE"

      condition {
        tag_state  = "UNTAGGED"
        older_than = cleanup_policies.value
      }
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
