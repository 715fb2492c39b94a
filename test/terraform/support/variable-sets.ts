import type { Variables } from "./terraform.ts";

const PROJECT = { project: "demo-project", region: "us-central1" } as const;
const ME = { controller_impersonators: ["user:you@example.com"] } as const;

/** Names that cannot be written plainly in a secret's id, or only just. */
export const ODD_REFS = [
  "github_token",
  "git_ssh:bot",
  "git_ssh:botty",
  "git_ssh:MyOrg",
  "git_ssh:myorg",
  "git_ssh:my-org",
  "git_ssh:my--org",
  "git_ssh:-edge",
  "git_ssh:edge-",
  "git_ssh:---",
  "git_ssh:a b",
  "git_ssh:a.b",
  "git_ssh:a@b.example",
  "git_ssh:.hidden.",
  "git_ssh:_files",
  "git_ssh:größe",
  "git_ssh:名前",
  "git_ssh:🦙",
  "git_ssh:quo\"te'd $x %{y}",
  `git_ssh:$${"{x}"}`,
  `git_ssh:${"x".repeat(60)}`,
  `git_ssh:${"x".repeat(61)}`,
  `git_ssh:${"ab-".repeat(30)}c`,
  `git_ssh:plain-x${"0".repeat(32)}`,
  `git_ssh:plain-x${"0".repeat(31)}`,
  "own type:default",
  "git--ssh",
] as const;

/** The set-ups whose plans are kept in test/fixtures/terraform, each a way to use the module. */
export const VARIABLE_SETS = {
  shared: { ...PROJECT, ...ME, shared_runner: "al-runner" },
  "shared-listed": {
    ...{ ...PROJECT, ...ME, shared_runner: "al-runner" },
    agents: {
      dev: { credentials: ["github_token", "anthropic_key"] },
      reviewer: { credentials: ["anthropic_key", "github_token:read-only"] },
    },
  },
  "per-agent": {
    ...{ ...PROJECT, ...ME, controller_account_id: "al-sole-controller" },
    secret_locations: ["europe-west1", "europe-west4"],
    labels: { team: "agents" },
    agents: {
      dev: { credentials: ["github_token", "anthropic_key", "git_ssh:bot"] },
      it: { credentials: ["github_token", "git_ssh:botty", "anthropic_key"] },
      idle: { credentials: [] },
      "Odd name!": { credentials: ["github_token:read-only"] },
      named: { credentials: ["github_token:default", "github_token"], account_id: "my-own-id" },
    },
  },
  predefined: {
    ...{ ...PROJECT, ...ME, controller_profile: "predefined", shared_runner: "al-runner" },
    controller_account_id: "al-broad-controller",
  },
  github: {
    ...{ ...PROJECT, github_repository: "acme/agents", github_ref: "refs/heads/main" },
    agents: { dev: { credentials: ["github_token"] } },
  },
  key: {
    ...{ ...PROJECT, create_key: true, secret_prefix: "Team-A" },
    ...{ repository_id: "images", shared_runner: "al-runner" },
  },
  "odd-names": { ...PROJECT, ...ME, agents: { odd: { credentials: ODD_REFS } } },
} as const satisfies Record<string, Variables>;

export type SetUpName = keyof typeof VARIABLE_SETS;

export const SET_UP_NAMES = Object.keys(VARIABLE_SETS) as readonly SetUpName[];
