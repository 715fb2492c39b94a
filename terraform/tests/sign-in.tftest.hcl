# Ways to act as the controller, and the profile for projects without custom roles.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project       = "demo-project"
  region        = "us-central1"
  shared_runner = "al-runner"
}

run "predefined_roles" {
  command = plan

  variables {
    controller_profile       = "predefined"
    controller_impersonators = ["group:agents@example.com"]
  }

  assert {
    condition     = length(google_project_iam_custom_role.controller) == 0 && length(google_project_iam_member.controller_secrets) == 0
    error_message = "This profile makes no custom role."
  }
  assert {
    condition     = keys(google_project_iam_member.controller) == ["roles/artifactregistry.admin", "roles/logging.viewer", "roles/run.admin", "roles/secretmanager.admin", "roles/serviceusage.serviceUsageViewer"]
    error_message = "The controller has Google's admin roles on the project, and what they lack."
  }
  assert {
    condition     = google_service_account_iam_member.controller_acts_as_runner["shared"].role == "roles/iam.serviceAccountUser"
    error_message = "The controller acts as the runner by a grant on that account."
  }
}

run "workflows_of_one_repository_and_branch" {
  command = plan

  variables {
    github_repository = "acme/agents"
    github_ref        = "refs/heads/main"
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.github["actions"].attribute_condition == "assertion.repository == \"acme/agents\" && assertion.ref == \"refs/heads/main\""
    error_message = "The provider admits that repository and that branch alone."
  }
  assert {
    condition     = contains(keys(google_project_service.this), "sts.googleapis.com")
    error_message = "Federation needs its API."
  }
}

run "a_key_on_request" {
  command = plan

  variables {
    create_key = true
  }

  assert {
    condition     = keys(google_service_account_key.controller) == ["controller"]
    error_message = "create_key makes one key, the controller's."
  }
}
