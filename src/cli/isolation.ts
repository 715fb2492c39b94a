import type { Neighbour, RunConfig } from "../config/config.ts";
import { formatRef } from "../credentials/ref.ts";
import { type AgentRequirements, usableRefs } from "../credentials/required-refs.ts";
import { hclAgent } from "../mapping/hcl-text.ts";

type Sharing = {
  readonly agent: Pick<RunConfig["agent"], "name" | "credentials" | "models">;
  readonly neighbours: readonly Neighbour[];
};

/** The agents that share an agent's identity and do not need exactly the credentials that it needs, models' keys included. */
export function differingNeighbours({ agent, neighbours }: Sharing): Neighbour[] {
  const own = refsOf({ ...agent, agent: agent.name })
    .sort()
    .join("\n");
  return neighbours.filter((neighbour) => refsOf(neighbour).sort().join("\n") !== own);
}

const refsOf = (agent: AgentRequirements): string[] => usableRefs(agent).map(formatRef);

/** An agent can read whatever its job's identity may read, whether or not it lists it. */
export function isolationWarnings(config: RunConfig): string[] {
  const { agent, cloud, neighbours } = config;
  const names = differingNeighbours(config).map(({ agent: name }) => name);
  if (names.length === 0) return [];
  const lines = [{ ...agent, agent: agent.name }, ...neighbours].map(
    (entry) => `      ${hclAgent({ name: entry.agent, credentials: refsOf(entry) })}`,
  );
  return [
    `${agent.name} runs as ${cloud.serviceAccount}, as ${named(names)}: each can read the other's credentials.\n` +
      "  To separate them, give each an account that may read only its own secrets. For the module in terraform/:\n" +
      `    agents = {\n${lines.join("\n")}\n    }\n` +
      "  al gcp init --runners per-agent --print-terraform prints the whole of it; without --print-terraform it writes\n" +
      "  the accounts into [cloud].",
  ];
}

const named = (names: readonly string[]): string =>
  names.length === 1
    ? `${names[0]} does`
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)} do`;
