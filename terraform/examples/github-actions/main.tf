# Agents started by workflows of one repository's main branch, without any key.
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

variable "github_repository" {
  description = "The repository whose workflows start agents, \"owner/name\"."
  type        = string
}

provider "google" {
  project = var.project
  region  = var.region
}

module "action_llama" {
  source = "../.."

  project           = var.project
  region            = var.region
  github_repository = var.github_repository
  github_ref        = "refs/heads/main"

  agents = {
    dev = {
      credentials = ["anthropic_key", "github_token"]
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

output "workload_identity_provider" {
  description = "What google-github-actions/auth needs."
  value       = module.action_llama.workload_identity_provider
}
