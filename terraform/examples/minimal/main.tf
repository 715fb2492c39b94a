# One runner for all agents: the least to set up. Each agent can read the credentials of all others;
# ../per-agent keeps them apart.
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
  description = "Where jobs run and images are kept."
  type        = string
  default     = "us-central1"
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
  shared_runner            = "al-runner"
  controller_impersonators = [var.me]
}

output "environment_toml" {
  description = "The [cloud] table for al."
  value       = module.action_llama.environment_toml
}

output "next_steps" {
  description = "What to type now."
  value       = module.action_llama.next_steps
}
