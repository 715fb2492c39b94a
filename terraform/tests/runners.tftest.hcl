# Which accounts agents run as, and what those may read.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project                  = "demo-project"
  region                   = "us-central1"
  controller_impersonators = ["user:you@example.com"]
}

run "each_agent_has_a_runner_of_its_own" {
  command = plan

  variables {
    agents = {
      dev   = { credentials = ["github_token", "git_ssh:bot"] }
      idle  = { credentials = [] }
      named = { credentials = ["github_token:read-only"], account_id = "my-own-id" }
    }
  }

  assert {
    condition     = { for name, account in google_service_account.runner : name => account.account_id } == { dev = "al-run-dev", idle = "al-run-idle", named = "my-own-id" }
    error_message = "An agent's account is named for it, or as it was asked."
  }
  assert {
    condition = { for key, grant in google_project_iam_member.runner : key => grant.condition[0].expression } == {
      "dev/1"   = "resource.name.startsWith(\"projects/123456789012/secrets/al--git_ssh--bot--\") || resource.name.startsWith(\"projects/123456789012/secrets/al--github_token--default--\")"
      "named/1" = "resource.name.startsWith(\"projects/123456789012/secrets/al--github_token--read-only--\")"
    }
    error_message = "A runner reads its agent's credentials and nothing else; each beginning ends at a divider."
  }
  assert {
    condition     = keys(google_service_account_iam_member.controller_acts_as_runner) == ["dev", "idle", "named"]
    error_message = "The controller acts as each runner, by a grant on that account."
  }
}

run "one_runner_is_shared_when_it_is_named" {
  command = plan

  variables {
    shared_runner = "al-runner"
  }

  assert {
    condition     = { for name, account in google_service_account.runner : name => account.account_id } == { shared = "al-runner" }
    error_message = "There is one account for all agents."
  }
  assert {
    condition     = [for grant in google_project_iam_member.runner : grant.condition[0].expression] == ["resource.name.startsWith(\"projects/123456789012/secrets/al--\")"]
    error_message = "Without agents, the shared runner reads every secret of the prefix."
  }
}

run "a_shared_runner_reads_what_is_listed" {
  command = plan

  variables {
    shared_runner = "al-runner"
    secret_prefix = "team"
    agents        = { dev = { credentials = ["github_token"] }, other = { credentials = ["github_token"] } }
  }

  assert {
    condition     = [for grant in google_project_iam_member.runner : grant.condition[0].expression] == ["resource.name.startsWith(\"projects/123456789012/secrets/team--github_token--default--\")"]
    error_message = "With agents, the shared runner reads their credentials, each named once."
  }
}
