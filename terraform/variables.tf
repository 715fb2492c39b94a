variable "agents" {
  description = "The agents that get an account of their own, by name (the directory below agents/), each with every credential it uses as written in its config.toml, its models' keys too: \"github_token\", or \"git_ssh:botty\" for a named instance. Its account may read exactly these. account_id replaces the account's derived id."
  type = map(object({
    credentials = list(string)
    account_id  = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    # The other rules hold for what is null, so that this sentence is all that is said.
    condition = alltrue([
      for agent in values(var.agents) : try(alltrue([for ref in agent.credentials : ref != null]), false)
    ])
    error_message = "Each agent needs credentials, a list of texts, for example { credentials = [\"github_token\"] }. Write credentials = [] for an agent that uses none."
  }
  validation {
    condition     = alltrue([for name in keys(var.agents) : !can(regex("^\\.{0,2}$|[/\\\\\\x00-\\x1f\\x7f]", name))])
    error_message = "An agent is named like its directory below agents/. Give a plain name, without a slash or a control character."
  }
  validation {
    condition = try(alltrue(flatten([
      for agent in values(var.agents) : [
        for ref in agent.credentials : alltrue([
          for half in split(":", ref) : !can(regex("^\\.{0,2}$|[/\\\\\\x00-\\x1f\\x7f]", half))
        ])
      ]
    ])), true)
    error_message = "A credential is written as its type, or as type:instance, for example \"github_token\" or \"git_ssh:botty\". Neither half may be empty, a dot or two, or hold a slash or a control character."
  }
  validation {
    condition = try(alltrue(flatten([
      for agent in values(var.agents) : [for ref in agent.credentials : length(split(":", ref)) <= 2]
    ])), true)
    error_message = "Cloud Run cannot mount a path with a colon, so an instance may not hold one. Rename the instance, then write the credential as type:instance."
  }
  validation {
    # What JavaScript's trim() takes for a blank: al leaves those out of a credential's name.
    condition = try(alltrue(flatten([
      for agent in values(var.agents) : [
        for ref in agent.credentials : alltrue([
          for half in split(":", ref) : !can(regex("^[\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}]|[\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}]$", half))
        ])
      ]
    ])), true)
    error_message = "A credential has a blank at an end of its type or instance. Write it without, for example \"git_ssh:botty\"."
  }
  validation {
    condition = alltrue([
      for agent in values(var.agents) : try(agent.account_id, null) == null || can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", agent.account_id))
    ])
    error_message = "The account_id of an agent must be 6 to 30 lower-case letters, digits and dashes, begin with a letter and not end with a dash. Leave it out to have one derived from the agent's name."
  }
}

variable "controller_account_id" {
  description = "Id of the account that al signs in as: it creates jobs and secrets, and reads logs."
  type        = string
  default     = "al-controller"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.controller_account_id))
    error_message = "controller_account_id must be 6 to 30 lower-case letters, digits and dashes, begin with a letter and not end with a dash, for example \"al-controller\"."
  }
}

variable "controller_impersonators" {
  description = "Who may act as the controller without a key, for example [\"user:you@example.com\"]. Each gets roles/iam.serviceAccountTokenCreator on the controller's account; people, whose calls are counted on a project, also roles/serviceusage.serviceUsageConsumer on this one."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for member in var.controller_impersonators :
      can(regex("^(user|group|serviceAccount):[^\\s:*]+@[^\\s:*]+$", member)) || can(regex(
        "^principal://iam\\.googleapis\\.com/(projects/[0-9]+/)?locations/global/(workloadIdentity|workforce)Pools/[^/\\s*]+/subject/[^\\s*]+$", member
        )) || can(regex(
        "^principalSet://iam\\.googleapis\\.com/(projects/[0-9]+/)?locations/global/(workloadIdentity|workforce)Pools/[^/\\s*]+/[^/\\s*]+/[^\\s*]+$", member
      ))
    ])
    error_message = "Each of controller_impersonators must name somebody: \"user:you@example.com\", \"group:…\", \"serviceAccount:…\", or of an identity pool, written in full, a subject (\"principal://iam.googleapis.com/…/subject/…\") or those with one attribute (\"principalSet://iam.googleapis.com/…/attribute.team/agents\"). Everybody, a whole domain or a whole pool may not act as the controller."
  }
}

variable "controller_profile" {
  description = "\"least_privilege\" gives the controller custom roles with exactly the permissions that al uses, secrets limited to secret_prefix. \"predefined\" gives it Google's broad admin roles, for projects where custom roles may not be made."
  type        = string
  default     = "least_privilege"
  nullable    = false

  validation {
    condition     = contains(["least_privilege", "predefined"], var.controller_profile)
    error_message = "controller_profile must be \"least_privilege\" or \"predefined\"."
  }
}

variable "create_key" {
  description = "Whether to make a key for the controller. Its private half is then in Terraform's state in clear: keep the state as safe as the key, or leave this false and use controller_impersonators or github_repository. Many organisations forbid keys."
  type        = bool
  default     = false
  nullable    = false
}

variable "delete_untagged_after_days" {
  description = "How many days after its upload an image without a tag is deleted, unless it is among the 20 newest versions of its name. Null deletes none, for those who name images by digest and do not tag them."
  type        = number
  default     = 180

  validation {
    # A run lasts a week at most, and its job names the image from before.
    condition = var.delete_untagged_after_days == null || try(
      var.delete_untagged_after_days >= 30 && floor(var.delete_untagged_after_days) == var.delete_untagged_after_days, false
    )
    error_message = "delete_untagged_after_days must be a whole number of at least 30 days, or null to delete no image."
  }
}

variable "github_ref" {
  description = "The only branch or tag whose workflows may act as the controller, as GitHub writes it: \"refs/heads/main\". Null admits every workflow of github_repository, those of unreviewed branches too."
  type        = string
  default     = null

  validation {
    # What git allows in a ref, but for quotes, which would end the text that it is compared with.
    condition = var.github_ref == null || (
      can(regex("^refs/(heads|tags)/[^\"'\\\\*?\\[~^:[:space:][:cntrl:]]+$", var.github_ref)) &&
      !can(regex("//|/\\.|\\.\\.|@\\{|[./]$|\\.lock(/|$)", var.github_ref))
    )
    error_message = "github_ref must be a whole ref without quotes or blanks, for example \"refs/heads/main\" or \"refs/tags/v1\". It is compared letter by letter, so a wildcard such as \"refs/heads/*\" would match nothing: name one branch or tag, or leave it out to admit all."
  }
}

variable "github_repository" {
  description = "The GitHub repository whose workflows may act as the controller, \"owner/name\", spelt exactly as GitHub shows it. Null makes no workload identity pool."
  type        = string
  default     = null

  validation {
    condition = var.github_repository == null || (
      can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.github_repository)) &&
      !can(regex("/\\.{1,2}$|\\.[gG][iI][tT]$", var.github_repository))
    )
    error_message = "github_repository must be one repository, written as \"owner/name\", without a host and without \".git\" or wildcards."
  }
}

variable "labels" {
  description = "Labels of the repository and of the probe secret."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = length(var.labels) <= 60 && alltrue([
      for key, value in var.labels :
      can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))
    ])
    error_message = "labels may be at most 60, with keys and values of at most 63 lower-case letters, digits, _ and -; a key begins with a letter."
  }
  validation {
    condition     = !contains(keys(var.labels), "managed-by") && !contains(keys(var.labels), "al-probe")
    error_message = "labels may hold neither \"managed-by\" nor \"al-probe\": al knows its own secrets by the one, and the probe secret has the other. Choose another key."
  }
}

variable "project" {
  description = "Id of the Google Cloud project, not its number or name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be a project's id (6 to 30 lower-case letters, digits and dashes, beginning with a letter). `gcloud projects list` shows it as PROJECT_ID."
  }
}

variable "region" {
  description = "Where jobs run and images are kept, for example \"us-central1\"."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as \"us-central1\", not a zone (\"us-central1-a\") or a multi-region (\"us\"). `gcloud run regions list` shows them."
  }
}

variable "repository_id" {
  description = "Id of the Artifact Registry repository for the agents' images."
  type        = string
  default     = "al-agents"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.repository_id))
    error_message = "repository_id must be at most 63 lower-case letters, digits and dashes, begin with a letter and not end with a dash, for example \"al-agents\"."
  }
}

variable "secret_locations" {
  description = "Regions that secrets are kept in, for example [\"europe-west1\"]. Empty lets Google replicate them where it likes."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for location in var.secret_locations : can(regex("^[a-z]+-[a-z]+[0-9]+$", location))])
    error_message = "Each of secret_locations must be a region such as \"europe-west1\"."
  }
  validation {
    condition     = length(var.secret_locations) == length(distinct(var.secret_locations))
    error_message = "secret_locations names a region twice. Name each one once."
  }
}

variable "secret_prefix" {
  description = "How the ids of this set-up's secrets begin, the same as secret_prefix in [cloud]: \"al\" covers al--…. Whoever should not share credentials takes another one."
  type        = string
  default     = "al"
  nullable    = false

  validation {
    condition     = length(var.secret_prefix) <= 40 && can(regex("^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$", var.secret_prefix))
    error_message = "secret_prefix may hold at most 40 letters, digits, _ and single dashes between them, for example \"al\" or \"team-a\"."
  }
}

variable "shared_runner" {
  description = "Account id of ONE runner for all agents, for example \"al-runner\". Every agent can then read what any of them may read: the credentials of all of agents, or, when agents is empty, every secret of secret_prefix. Null gives each agent its own account."
  type        = string
  default     = null

  validation {
    condition     = var.shared_runner == null || can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.shared_runner))
    error_message = "shared_runner must be an account's id, not an e-mail address: 6 to 30 lower-case letters, digits and dashes, beginning with a letter and not ending with a dash, for example \"al-runner\"."
  }
}
