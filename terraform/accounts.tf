locals {
  # al-run-<agent> where that is a legal id, else a readable beginning and 32 bits of SHA-256 of the name.
  derived_account_ids = {
    for name in keys(var.agents) : name => (
      can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", name)) && length(name) <= 23
      ? "al-run-${name}"
      : "al-run-${join("-", compact([replace(substr(replace(replace(lower(name), "/[^a-z0-9]+/", "-"), "/^-+/", ""), 0, 14), "/-+$/", ""), substr(sha256(name), 0, 8)]))}"
    )
  }

  # The runner that an agent's jobs run as, by agent; with a shared runner there is one, for all.
  runners = var.shared_runner != null ? { shared = var.shared_runner } : {
    for name, agent in var.agents : name => coalesce(agent.account_id, local.derived_account_ids[name])
  }

  account_ids = concat([var.controller_account_id], values(local.runners))
}

resource "google_service_account" "controller" {
  project      = var.project
  account_id   = var.controller_account_id
  display_name = "Action Llama: starts agents"
  description  = "al signs in as this account. It creates jobs and secrets, and reads logs."

  depends_on = [google_project_service.this]
}

resource "google_service_account" "runner" {
  for_each = local.runners

  project      = var.project
  account_id   = each.value
  display_name = "Action Llama: runs agents"
  description  = var.shared_runner == null ? "The identity of one agent's jobs. It may read that agent's credentials." : "The identity of all agents' jobs. It may read all their credentials."

  depends_on = [google_project_service.this]
}
