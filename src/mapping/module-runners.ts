import { parseRef } from "../credentials/ref.ts";
import { accountProject, chunked, NAMES_PER_CONDITION } from "./grant-command.ts";
import { hclAgent, hclText } from "./hcl-text.ts";
import type { ProjectAgent, ReadinessPlace } from "./readiness-facts.ts";
import { runnerAccountId } from "./runner-account.ts";
import { credentialIdBeginning } from "./secret-names.ts";

type Place = Pick<ReadinessPlace, "project" | "everyAgent" | "sharedAccount" | "secretPrefix">;

/** The runners of a project as the module in terraform/ makes them. */
export type ModuleRunners = {
  /** What the module must be told. `agents` replaces the whole map, so it always holds every agent. */
  readonly argument: string;
  /** By e-mail address of the account. */
  readonly byAccount: ReadonlyMap<string, ModuleRunner>;
};

export type ModuleRunner = {
  /** The key in the module's maps of runners. */
  readonly key: string;
  /** How the ids of the secrets begin that it may read, in the module's order. */
  readonly beginnings: readonly string[];
};

/** Undefined for accounts that the module cannot make: of other projects, or of some agents together. */
export function moduleRunners(place: Place): ModuleRunners | undefined {
  const { everyAgent, project } = place;
  if (
    everyAgent.some(({ account }) => account !== undefined && accountProject(account) !== project)
  )
    return undefined;
  return isShared(place) ? sharedRunner(place) : ownRunners(place);
}

/** One account for all, unless it is that of the only agent, by the name that the module gives it. */
function isShared({ everyAgent, sharedAccount }: Place): boolean {
  const [only, ...others] = everyAgent;
  const isOwn = others.length === 0 && only !== undefined && idOf(only) === derivedId(only);
  return (
    !isOwn &&
    sharedAccount !== undefined &&
    everyAgent.every(({ account }) => account === sharedAccount)
  );
}

function sharedRunner(place: Place): ModuleRunners {
  const { everyAgent, sharedAccount = "" } = place;
  const id = sharedAccount.split("@")[0] ?? "";
  const credentials = everyAgent.flatMap((agent) => agent.credentials);
  return {
    argument: `shared_runner = ${hclText(id)}; ${agentsArgument(everyAgent)}`,
    byAccount: new Map([
      [sharedAccount, { key: "shared", beginnings: beginningsOf(credentials, place) }],
    ]),
  };
}

function ownRunners(place: Place): ModuleRunners | undefined {
  const { everyAgent } = place;
  const ids = everyAgent.map(idOf);
  if (new Set(ids).size < ids.length) return undefined;
  const argument = agentsArgument(
    everyAgent.map((agent) => ({ ...agent, accountId: ownId(agent) })),
  );
  const runners = everyAgent.flatMap((agent) =>
    agent.account === undefined
      ? []
      : [
          [
            agent.account,
            { key: agent.name, beginnings: beginningsOf(agent.credentials, place) },
          ] as const,
        ],
  );
  return { argument, byAccount: new Map(runners) };
}

const derivedId = ({ name }: ProjectAgent): string => runnerAccountId(name);

const idOf = (agent: ProjectAgent): string => agent.account?.split("@")[0] ?? derivedId(agent);

/** Where it is not the one that the module derives. */
const ownId = (agent: ProjectAgent): string | undefined =>
  idOf(agent) === derivedId(agent) ? undefined : idOf(agent);

const agentsArgument = (agents: readonly Parameters<typeof hclAgent>[0][]): string =>
  `agents = { ${agents.map((agent) => hclAgent(agent)).join(", ")} }`;

const beginningsOf = (refs: readonly string[], { secretPrefix }: Place): string[] =>
  [...new Set(refs.map((ref) => credentialIdBeginning(secretPrefix, parseRef(ref))))].sort();

/** The module's grants that hold these beginnings: it numbers them, since one condition holds only so many names. */
export function grantsOf({ key, beginnings }: ModuleRunner, wanted: readonly string[]): string[] {
  const chunks = chunked(beginnings, NAMES_PER_CONDITION);
  return chunks.flatMap((chunk, index) =>
    chunk.some((beginning) => wanted.includes(beginning))
      ? [`google_project_iam_member.runner["${key}/${index + 1}"]`]
      : [],
  );
}

/** The argument for an account of its own for each agent; an account that some have together is given up. */
export function separatedArgument(place: Place): string {
  const { everyAgent, project } = place;
  const isKept = ({ account }: ProjectAgent): boolean =>
    account !== undefined &&
    accountProject(account) === project &&
    everyAgent.filter((other) => other.account === account).length === 1;
  const agents = everyAgent.map((agent) => ({
    ...agent,
    accountId: isKept(agent) && agent.account !== place.sharedAccount ? ownId(agent) : undefined,
  }));
  return agentsArgument(agents);
}
