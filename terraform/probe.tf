# A secret without a value. Grants with a condition do not show when al asks what it may do in the project, but they do when
# it asks about this secret. It lacks the label managed-by=action-llama, so al never takes it for a credential's.
resource "google_secret_manager_secret" "probe" {
  project   = var.project
  secret_id = "${local.prefix_beginning}_probe"
  labels    = merge(var.labels, { al-probe = "true" })

  replication {
    dynamic "auto" {
      for_each = length(var.secret_locations) == 0 ? [true] : []
      content {}
    }

    dynamic "user_managed" {
      for_each = length(var.secret_locations) == 0 ? [] : [var.secret_locations]
      content {
        dynamic "replicas" {
          for_each = user_managed.value
          content {
            location = replicas.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.this]
}
