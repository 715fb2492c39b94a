# Only the number: IAM conditions know secrets as projects/<number>/secrets/…, never by the project's id.
# https://docs.cloud.google.com/iam/docs/conditions-resource-attributes
data "google_project" "this" {
  project_id = var.project

  # Everything needs this project, so what a single variable cannot know about the others is refused here.
  lifecycle {
    precondition {
      condition     = var.shared_runner == null || alltrue([for agent in values(var.agents) : agent.account_id == null])
      error_message = "shared_runner is one account for all agents, but agents also names accounts of their own. Remove shared_runner, or remove account_id from: ${join(", ", [for name, agent in var.agents : name if agent.account_id != null])}."
    }
    precondition {
      condition     = length(local.account_ids) == length(distinct(local.account_ids))
      error_message = "Two accounts would have the same id. Give each agent an account_id of its own, other than the controller's; or set shared_runner, if all agents shall share one account. The ids: ${join(", ", local.account_ids)}."
    }
    precondition {
      condition     = alltrue([for beginnings in values(local.readable_by) : length(beginnings) <= local.max_credentials])
      error_message = "One runner may read at most ${local.max_credentials} credentials, because IAM limits conditions. Split the work of ${join(", ", [for runner, beginnings in local.readable_by : runner if length(beginnings) > local.max_credentials])} into several agents${var.shared_runner == null ? "" : ", or remove shared_runner, so that each agent has an account of its own"}."
    }
    precondition {
      condition     = var.github_ref == null || var.github_repository != null
      error_message = "github_ref narrows github_repository, which is not set. Set github_repository = \"owner/name\" too, or remove github_ref."
    }
    precondition {
      condition     = var.github_repository == null || !startswith(var.controller_account_id, "gcp-")
      error_message = "The workload identity pool for GitHub has the controller's id, and Google keeps ids that begin with \"gcp-\" for itself. Choose another controller_account_id."
    }
  }
}

# Neither stops anything: what is missing can be added later.
check "agents_can_run" {
  assert {
    condition     = length(local.runners) > 0
    error_message = "No agent can run yet: there is no account to run as. Set agents = { dev = { credentials = [\"github_token\"] } }, or shared_runner = \"al-runner\"."
  }
}

check "somebody_can_sign_in" {
  assert {
    condition     = var.create_key || length(var.controller_impersonators) > 0 || var.github_repository != null
    error_message = "Nobody can act as the controller yet. Set controller_impersonators = [\"user:you@example.com\"], or github_repository, or create_key."
  }
}
