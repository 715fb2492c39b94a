# What the module makes when it is told no more than it must be.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project                  = "demo-project"
  region                   = "us-central1"
  controller_impersonators = ["user:you@example.com"]
  agents                   = { dev = { credentials = ["github_token"] } }
}

run "the_controller_has_custom_roles" {
  command = plan

  assert {
    condition     = keys(google_project_iam_custom_role.controller) == ["act_as", "doctor", "logs", "run", "secrets_in_project", "secrets_of_prefix"]
    error_message = "There is one custom role for each list of permissions."
  }
  assert {
    condition     = keys(google_project_iam_member.controller) == ["doctor", "logs", "run", "secrets_in_project"]
    error_message = "On the whole project stand only the roles that cannot have a condition."
  }
  assert {
    condition     = google_project_iam_member.controller_secrets["secrets_of_prefix"].condition[0].expression == "resource.name.startsWith(\"projects/123456789012/secrets/al--\")"
    error_message = "The controller's rights on secrets end at the prefix and its divider, and name the project by its number."
  }
  assert {
    condition     = keys(google_artifact_registry_repository_iam_member.controller) == ["roles/artifactregistry.reader", "roles/artifactregistry.writer"]
    error_message = "The controller reads and writes the one repository."
  }
}

run "there_is_no_key_and_nobody_from_github" {
  command = plan

  assert {
    condition     = length(google_service_account_key.controller) == 0 && output.controller_key_json == null
    error_message = "A key is made only on request."
  }
  assert {
    condition     = length(google_iam_workload_identity_pool.github) == 0 && output.workload_identity_provider == null
    error_message = "An identity pool is made only for a named repository."
  }
  assert {
    condition     = !contains(keys(google_project_service.this), "sts.googleapis.com")
    error_message = "The API for federation is turned on only with it."
  }
  assert {
    condition     = alltrue([for service in google_project_service.this : service.disable_on_destroy == false])
    error_message = "An API stays on when the set-up goes."
  }
}

run "people_act_as_the_controller_and_are_counted_on_the_project" {
  command = plan

  variables {
    controller_impersonators = ["user:you@example.com", "serviceAccount:ci@demo-project.iam.gserviceaccount.com"]
  }

  assert {
    condition     = length(google_service_account_iam_member.controller_impersonator) == 2
    error_message = "Each of controller_impersonators may act as the controller."
  }
  assert {
    condition     = { for key, grant in google_project_iam_member.controller_impersonator : key => grant.role } == { "user:you@example.com" = "roles/serviceusage.serviceUsageConsumer" }
    error_message = "Only people's calls are counted on the project."
  }
}

run "images_are_deleted_late" {
  command = plan

  assert {
    condition     = { for policy in google_artifact_registry_repository.agents.cleanup_policies : policy.id => policy.action } == { keep-newest = "KEEP", delete-untagged = "DELETE" }
    error_message = "The newest versions are kept, and old untagged ones deleted."
  }
  assert {
    condition = alltrue([
      for policy in google_artifact_registry_repository.agents.cleanup_policies :
      policy.condition[0].tag_state == "UNTAGGED" && policy.condition[0].older_than == "15552000s" if policy.action == "DELETE"
    ])
    error_message = "Only untagged images are deleted, half a year after their upload."
  }
}

run "images_are_deleted_never" {
  command = plan

  variables {
    delete_untagged_after_days = null
  }

  assert {
    condition     = [for policy in google_artifact_registry_repository.agents.cleanup_policies : policy.action] == ["KEEP"]
    error_message = "Null turns the deletion off."
  }
}
