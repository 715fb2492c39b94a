locals {
  repository_path = "${google_artifact_registry_repository.agents.location}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.agents.repository_id}"

  # A JSON string is a TOML string, so names need no other quoting.
  environment_lines = concat(
    [
      "[cloud]",
      "provider = \"cloud-run\"",
      "project = ${jsonencode(var.project)}",
      "region = ${jsonencode(var.region)}",
      "artifact_registry = ${jsonencode(local.repository_path)}",
      "secret_prefix = ${jsonencode(var.secret_prefix)}",
    ],
    length(var.secret_locations) == 0 ? [] : ["secret_locations = ${jsonencode(var.secret_locations)}"],
    var.create_key ? ["auth = \"key\""] : [
      "auth = \"impersonate\"",
      "impersonate = ${jsonencode(google_service_account.controller.email)}",
    ],
    var.shared_runner == null ? [] : ["service_account = ${jsonencode(google_service_account.runner["shared"].email)}"],
    var.shared_runner != null || length(var.agents) == 0 ? [] : concat(
      ["", "[cloud.service_accounts]"],
      [for name in keys(var.agents) : "${jsonencode(name)} = ${jsonencode(google_service_account.runner[name].email)}"],
    ),
  )

  some_agent  = try(keys(var.agents)[0], "<agent>")
  only_github = var.github_repository != null && length(var.controller_impersonators) == 0 && !var.create_key
  environment = local.only_github ? "" : " -E ${var.project}"
  me          = "--member=\"user:$(gcloud config get-value account)\""
  grant_commands = [
    "gcloud iam service-accounts add-iam-policy-binding ${google_service_account.controller.email} --project=${var.project} ${local.me} --role=roles/iam.serviceAccountTokenCreator",
    "gcloud projects add-iam-policy-binding ${var.project} ${local.me} --role=roles/serviceusage.serviceUsageConsumer --condition=None",
  ]

  place_steps = local.only_github ? [
    "# Where to run: add this to config.toml in ${var.github_repository}.",
    "terraform output -raw environment_toml",
    ] : [
    "# Where to run: an environment named ${var.project}.",
    "mkdir -p ~/.action-llama/environments",
    "terraform output -raw environment_toml > ~/.action-llama/environments/${var.project}.toml",
  ]

  key_steps = [
    "# Sign in with the controller's key.",
    "terraform output -raw controller_key_json | al creds add gcp_service_account --stdin key_json",
  ]
  person_steps = concat(
    length(var.controller_impersonators) > 0 ? [] : concat(
      ["# Nobody may act as the controller yet. You, for example:"],
      local.grant_commands,
    ),
    [
      "# Sign in as yourself; al acts as the controller.",
      "gcloud auth application-default login",
    ],
  )
  github_steps = [
    "# In workflows of ${coalesce(var.github_repository, "-")} (permissions: id-token: write), without the input service_account:",
    "#   - uses: google-github-actions/auth@v3",
    "#     with:",
    "#       project_id: ${var.project}",
    "#       workload_identity_provider: ${coalesce(local.workload_identity_provider, "-")}",
  ]
  workload_identity_provider = one([for provider in values(google_iam_workload_identity_pool_provider.github) : provider.name])
}
