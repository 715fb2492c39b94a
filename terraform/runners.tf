locals {
  # IAM takes 12 logical operators in a condition, hence 13 names, and 20 bindings of one role and member that differ in
  # their condition (https://docs.cloud.google.com/iam/quotas). Half of those stay free: while credentials change, the new
  # bindings exist beside the old.
  names_per_condition = 13
  max_credentials     = 10 * local.names_per_condition

  # By runner: how the names of the secrets begin that it may read.
  readable_by = {
    for runner in keys(local.runners) : runner => sort(distinct([
      for ref in(
        runner == "shared" && var.shared_runner != null ? local.refs : var.agents[runner].credentials
      ) : local.beginnings[ref]
    ]))
  }

  runner_conditions = merge([
    for runner, beginnings in local.readable_by : {
      for index, chunk in chunklist(
        var.shared_runner != null && length(var.agents) == 0 ? [local.prefix_beginning] : beginnings, local.names_per_condition
        ) : "${runner}/${index + 1}" => {
        runner = runner
        expression = join(" || ", [
          for beginning in chunk : "resource.name.startsWith(\"${local.secret_root}${beginning}\")"
        ])
      }
    }
  ]...)
}

# Standing grants by name, made before the secrets: a grant on a new secret would take minutes to count, in every first run.
resource "google_project_iam_member" "runner" {
  for_each = local.runner_conditions

  project = var.project
  role    = "roles/secretmanager.secretAccessor"
  member  = google_service_account.runner[each.value.runner].member

  condition {
    title       = "al-secrets-${split("/", each.key)[length(split("/", each.key)) - 1]}"
    description = "Credentials of ${local.runners[each.value.runner]}"
    expression  = each.value.expression
  }

  # A condition cannot be changed, only replaced: the old one must count until the new one does.
  lifecycle {
    create_before_destroy = true
  }
}
