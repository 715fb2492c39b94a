import { join } from "node:path";
import { agentNames } from "./agent-names.ts";
import type { ModelConfig, Neighbour } from "./config.ts";
import { findToml } from "./toml-file.ts";

/**
 * The project's other agents that run as this account: each of them can read what the account may read.
 * Agents whose own files cannot be read are passed over, and so is what they name and the project does not define; they are no
 * concern of this run.
 */
export async function neighboursOf(input: {
  readonly project: string;
  readonly agent: string;
  /** The models that the project defines. */
  readonly models: ReadonlyMap<string, ModelConfig>;
  /** The account of an agent by name, as configured. */
  readonly accountOf: (agent: string) => string | undefined;
}): Promise<Neighbour[]> {
  const account = input.accountOf(input.agent);
  const others = (await agentNames(input.project)).filter((name) => name !== input.agent);
  const sharing = others.filter((name) => input.accountOf(name) === account);
  const neighbours = await Promise.all(sharing.map((agent) => neighbour(agent, input)));
  return neighbours.flat();
}

async function neighbour(
  agent: string,
  { project, models }: { project: string; models: ReadonlyMap<string, ModelConfig> },
): Promise<Neighbour[]> {
  const file = join(project, "agents", agent, "config.toml");
  const table = await findToml(file).catch(() => "unreadable" as const);
  if (table === "unreadable") return [];
  return [
    {
      agent,
      credentials: texts(table?.credentials),
      models: texts(table?.models).flatMap((name) => models.get(name) ?? []),
    },
  ];
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
