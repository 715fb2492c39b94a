import { join } from "node:path";
import { agentNames } from "./agent-names.ts";
import type { Neighbour } from "./config.ts";
import { findToml } from "./toml-file.ts";

/**
 * The project's other agents that run as this account and list other credentials: each of them can read what the account may read.
 * Agents whose own files cannot be read are passed over; they are no concern of this run.
 */
export async function neighboursOf(input: {
  readonly project: string;
  readonly agent: string;
  readonly credentials: readonly string[];
  /** The account of an agent by name, as configured. */
  readonly accountOf: (agent: string) => string | undefined;
}): Promise<Neighbour[]> {
  const account = input.accountOf(input.agent);
  const own = [...input.credentials].sort().join("\n");
  const others = (await agentNames(input.project)).filter((name) => name !== input.agent);
  const sharing = others.filter((name) => input.accountOf(name) === account);
  const neighbours = await Promise.all(sharing.map((agent) => neighbour(input.project, agent)));
  return neighbours.filter(
    ({ credentials }) => credentials.length > 0 && [...credentials].sort().join("\n") !== own,
  );
}

async function neighbour(project: string, agent: string): Promise<Neighbour> {
  const table = await findToml(join(project, "agents", agent, "config.toml")).catch(
    () => undefined,
  );
  const listed = table?.credentials;
  const credentials = Array.isArray(listed)
    ? listed.filter((item) => typeof item === "string")
    : [];
  return { agent, credentials };
}
