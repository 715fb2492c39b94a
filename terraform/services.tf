locals {
  services = concat(
    [
      "artifactregistry.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "iam.googleapis.com",
      "iamcredentials.googleapis.com",
      "logging.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "serviceusage.googleapis.com",
    ],
    var.github_repository == null ? [] : ["sts.googleapis.com"],
  )
}

resource "google_project_service" "this" {
  for_each = { for service in local.services : service => service }

  project = var.project
  service = each.value
  # Others in the project may use the API, and turning it off would take their resources along.
  disable_on_destroy = false
}
