output "controller_email" {
  description = "E-mail address of the account that al signs in as."
  value       = google_service_account.controller.email

  depends_on = [
    google_project_iam_member.controller,
    google_project_iam_member.controller_secrets,
    google_service_account_iam_member.controller_acts_as_runner,
    google_artifact_registry_repository_iam_member.controller,
    google_service_account_iam_member.controller_impersonator,
    google_project_iam_member.controller_impersonator,
  ]
}

output "controller_key_json" {
  description = "The controller's key, when create_key is true. Whoever has it, or Terraform's state, is the controller: `al creds add gcp_service_account` stores it."
  value       = var.create_key ? base64decode(google_service_account_key.controller["controller"].private_key) : null
  sensitive   = true

  depends_on = [
    google_project_iam_member.controller,
    google_project_iam_member.controller_secrets,
    google_service_account_iam_member.controller_acts_as_runner,
    google_artifact_registry_repository_iam_member.controller,
  ]
}

output "environment_toml" {
  description = "The [cloud] table for the project's config.toml, or for a file below ~/.action-llama/environments."
  value       = "${join("\n", local.environment_lines)}\n"

  depends_on = [
    google_project_iam_member.controller,
    google_project_iam_member.controller_secrets,
    google_service_account_iam_member.controller_acts_as_runner,
    google_artifact_registry_repository_iam_member.controller,
    google_service_account_iam_member.controller_impersonator,
    google_project_iam_member.controller_impersonator,
    google_service_account_iam_member.github,
    google_project_iam_member.runner,
  ]
}

output "next_steps" {
  description = "What to type now, to run an agent."
  value = join("\n", concat(
    local.place_steps,
    var.create_key ? local.key_steps : local.only_github ? [] : local.person_steps,
    var.github_repository == null ? [] : local.github_steps,
    [
      "# Is everything ready? Grants take some minutes to count.",
      "al doctor --runtime cloudrun${local.environment}",
      "al run ${local.some_agent} --runtime cloudrun${local.environment}",
      "",
    ],
  ))

  depends_on = [
    google_project_iam_member.controller,
    google_project_iam_member.controller_secrets,
    google_service_account_iam_member.controller_acts_as_runner,
    google_artifact_registry_repository_iam_member.controller,
    google_service_account_iam_member.controller_impersonator,
    google_project_iam_member.controller_impersonator,
    google_service_account_iam_member.github,
    google_project_iam_member.runner,
  ]
}

output "repository" {
  description = "Where the agents' images go: host/project/repository."
  value       = local.repository_path

  depends_on = [google_artifact_registry_repository_iam_member.controller]
}

output "runner_emails" {
  description = "E-mail address of the account that an agent runs as, by agent; under \"shared\" when there is one for all."
  value       = { for name, account in google_service_account.runner : name => account.email }

  depends_on = [google_project_iam_member.runner]
}

output "workload_identity_provider" {
  description = "Full name of the provider for google-github-actions/auth; null without github_repository."
  value       = local.workload_identity_provider

  depends_on = [google_service_account_iam_member.github]
}
