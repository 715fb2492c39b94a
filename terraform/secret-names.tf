# The names of secrets as al writes them (src/mapping/secret-names.ts; a test compares the two): prefix--type--instance--field.
locals {
  refs = distinct(flatten([for agent in values(var.agents) : agent.credentials]))

  # github_token is github_token:default.
  ref_segments  = { for ref in local.refs : ref => [split(":", ref)[0], try(split(":", ref)[1], "default")] }
  segment_names = distinct(flatten(values(local.ref_segments)))

  # The readable part of a name that cannot be written plainly; the hash behind it tells it from all others.
  segment_slugs = {
    for name in local.segment_names : name => replace(
      substr(replace(replace(name, "/[^A-Za-z0-9_]+/", "-"), "/^-+/", ""), 0, 26), "/-+$/", ""
    )
  }
  segments = {
    for name in local.segment_names : name => (
      can(regex("^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$", name)) && !can(regex("-x[0-9a-f]{32}$", name)) && length(name) <= 60
      ? name
      : "${coalesce(local.segment_slugs[name], "x")}-x${substr(sha256(name), 0, 32)}"
    )
  }

  # How every id of one credential begins. It ends at a divider, so that bot never covers botty.
  beginnings = {
    for ref, halves in local.ref_segments : ref => "${var.secret_prefix}--${local.segments[halves[0]]}--${local.segments[halves[1]]}--"
  }
  prefix_beginning = "${var.secret_prefix}--"

  # The same as an IAM condition knows it. One beginning covers the secret and its versions (projects/N/secrets/S/versions/V).
  secret_root = "projects/${data.google_project.this.number}/secrets/"
}
