# An account for each agent, which may read exactly the credentials that the agent lists.
terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.0, < 9.0"
    }
  }
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where jobs run, and where images and secrets are kept."
  type        = string
  default     = "europe-west1"
}

variable "me" {
  description = "Who runs agents, for example \"user:you@example.com\"."
  type        = string
}

provider "google" {
  project = var.project
  region  = var.region
}

module "action_llama" {
  source = "../.."

  project                  = var.project
  region                   = var.region
  secret_locations         = [var.region]
  controller_impersonators = [var.me]

  agents = {
    dev = {
      credentials = ["anthropic_key", "github_token", "git_ssh:botty"]
    }
    reviewer = {
      credentials = ["anthropic_key", "github_token:read-only"]
    }
  }
}

output "environment_toml" {
  description = "The [cloud] table for al."
  value       = module.action_llama.environment_toml
}

output "next_steps" {
  description = "What to type now."
  value       = module.action_llama.next_steps
}

output "runner_emails" {
  description = "The account that each agent runs as."
  value       = module.action_llama.runner_emails
}
