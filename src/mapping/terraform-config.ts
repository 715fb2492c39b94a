import { hclKey, hclList, hclText } from "./hcl-text.ts";

/** What a project needs of the Terraform module. */
export type TerraformPlan = {
  /** Where the module lies. */
  readonly source: string;
  readonly project: string;
  readonly region: string;
  readonly secretPrefix: string | undefined;
  readonly secretLocations: readonly string[];
  /** Each with every credential that it uses. */
  readonly agents: readonly {
    readonly name: string;
    readonly credentials: readonly string[];
    /** Undefined: the one that the module derives. */
    readonly accountId: string | undefined;
  }[];
  /** Account id of one runner for all agents. */
  readonly sharedRunner: string | undefined;
  /** Account id of what al signs in as. Undefined: the one that the module names. */
  readonly controllerId: string | undefined;
  /** Of the repository for images; undefined likewise. */
  readonly repositoryId: string | undefined;
  /** Who may act as the controller without a key. */
  readonly members: readonly string[];
  readonly createKey: boolean;
};

/** A main.tf that makes the project ready for exactly these agents. */
export const mainTf = (plan: TerraformPlan): string =>
  `\
# A Google Cloud project for agents, made from config.toml and agents/*/config.toml. Print it anew when an agent's credentials change.
terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.0, < 9.0"
    }
  }
}

provider "google" {
  project = ${hclText(plan.project)}
  region  = ${hclText(plan.region)}
}

module "action_llama" {
  source = ${hclText(plan.source)}

${moduleArguments(plan).join("\n\n")}
}

output "environment_toml" {
  description = "The [cloud] table for al."
  value       = module.action_llama.environment_toml
}

output "next_steps" {
  description = "What to type now."
  value       = module.action_llama.next_steps
}
${plan.createKey ? KEY_OUTPUT : ""}`;

const KEY_OUTPUT = `
output "controller_key_json" {
  description = "The controller's key, for: al creds add gcp_service_account --from-file key_json=key.json"
  value       = module.action_llama.controller_key_json
  sensitive   = true
}
`;

/** Blocks of arguments, aligned as \`terraform fmt\` does it. */
function moduleArguments(plan: TerraformPlan): string[] {
  const single = aligned([
    ["project", hclText(plan.project)],
    ["region", hclText(plan.region)],
    ...optional("secret_prefix", plan.secretPrefix, hclText),
    ...optional("secret_locations", some(plan.secretLocations), hclList),
    ...optional("repository_id", plan.repositoryId, hclText),
    ...optional("controller_account_id", plan.controllerId, hclText),
    ...optional("shared_runner", plan.sharedRunner, hclText),
    ...optional("controller_impersonators", some(plan.members), hclList),
  ]);
  return [
    single.map((line) => `  ${line}`).join("\n"),
    ...(plan.createKey
      ? [
          "  # The key's private half is in Terraform's state in clear: keep the state as safe as the key.\n  create_key = true",
        ]
      : []),
    ...(plan.agents.length === 0 ? [] : [agentsArgument(plan.agents)]),
  ];
}

const agentsArgument = (agents: TerraformPlan["agents"]): string =>
  [
    "  agents = {",
    ...agents.flatMap(({ name, credentials, accountId }) => [
      `    ${hclKey(name)} = {`,
      ...aligned([
        ["credentials", hclList(credentials)],
        ...optional("account_id", accountId, hclText),
      ]).map((line) => `      ${line}`),
      "    }",
    ]),
    "  }",
  ].join("\n");

type Argument = readonly [name: string, value: string];

function aligned(lines: readonly Argument[]): string[] {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)} = ${value}`);
}

const optional = <T>(
  name: string,
  value: T | undefined,
  write: (value: T) => string,
): Argument[] => (value === undefined ? [] : [[name, write(value)]]);

const some = (texts: readonly string[]): readonly string[] | undefined =>
  texts.length === 0 ? undefined : texts;
