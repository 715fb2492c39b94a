# What the module refuses before anything is made.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project                  = "demo-project"
  region                   = "us-central1"
  shared_runner            = "al-runner"
  controller_impersonators = ["user:you@example.com"]
}

run "refuses_project_number" {
  command = plan

  variables {
    project = "123456789012"
  }

  expect_failures = [var.project]
}

run "refuses_zone" {
  command = plan

  variables {
    region = "us-central1-a"
  }

  expect_failures = [var.region]
}

run "refuses_prefix_with_the_divider" {
  command = plan

  variables {
    secret_prefix = "a--b"
  }

  expect_failures = [var.secret_prefix]
}

run "refuses_unknown_profile" {
  command = plan

  variables {
    controller_profile = "owner"
  }

  expect_failures = [var.controller_profile]
}

run "refuses_address_as_controller" {
  command = plan

  variables {
    controller_account_id = "al@p.iam.gserviceaccount.com"
  }

  expect_failures = [var.controller_account_id]
}

run "refuses_address_as_shared_runner" {
  command = plan

  variables {
    shared_runner = "r@p.iam.gserviceaccount.com"
  }

  expect_failures = [var.shared_runner]
}

run "refuses_everybody" {
  command = plan

  variables {
    controller_impersonators = ["allUsers"]
  }

  expect_failures = [var.controller_impersonators]
}

run "refuses_everybody_whom_google_knows" {
  command = plan

  variables {
    controller_impersonators = ["principalSet://iam.googleapis.com/*"]
  }

  expect_failures = [var.controller_impersonators]
}

run "refuses_repository_as_git_clones_it" {
  command = plan

  variables {
    github_repository = "Acme/x.git"
  }

  expect_failures = [var.github_repository]
}

run "refuses_glob_as_ref" {
  command = plan

  variables {
    github_repository = "a/b"
    github_ref        = "refs/heads/*"
  }

  expect_failures = [var.github_ref]
}

run "refuses_label_of_al" {
  command = plan

  variables {
    labels = { managed-by = "action-llama" }
  }

  expect_failures = [var.labels]
}

run "refuses_multi_region_for_secrets" {
  command = plan

  variables {
    secret_locations = ["europe"]
  }

  expect_failures = [var.secret_locations]
}

run "refuses_repository_with_capitals" {
  command = plan

  variables {
    repository_id = "Agents"
  }

  expect_failures = [var.repository_id]
}

run "refuses_early_deletion_of_images" {
  command = plan

  variables {
    delete_untagged_after_days = 7
  }

  expect_failures = [var.delete_untagged_after_days]
}

run "refuses_credentials_that_are_null" {
  command = plan

  variables {
    agents = { a = { credentials = null } }
  }

  expect_failures = [var.agents]
}

run "refuses_credential_that_leads_out_of_its_directory" {
  command = plan

  variables {
    agents = { dev = { credentials = ["git_ssh:.."] } }
  }

  expect_failures = [var.agents]
}

run "refuses_two_agents_with_one_account" {
  command = plan

  variables {
    shared_runner = null
    agents        = { a = { credentials = [], account_id = "al-same" }, b = { credentials = [], account_id = "al-same" } }
  }

  expect_failures = [data.google_project.this]
}

run "refuses_ref_without_repository" {
  command = plan

  variables {
    github_ref = "refs/heads/main"
  }

  expect_failures = [data.google_project.this]
}

run "refuses_shared_runner_that_is_the_controller" {
  command = plan

  variables {
    shared_runner = "al-controller"
  }

  expect_failures = [data.google_project.this]
}

# Neither stops anything.
run "warns_when_no_agent_can_run" {
  command = plan

  variables {
    shared_runner = null
  }

  expect_failures = [check.agents_can_run]
}

run "warns_when_nobody_can_sign_in" {
  command = plan

  variables {
    controller_impersonators = []
  }

  expect_failures = [check.somebody_can_sign_in]
}
