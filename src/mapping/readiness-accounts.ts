import { dependingOn } from "./readiness-apis.ts";
import { type Check, missing, ok, unclear } from "./readiness-check.ts";
import type { AgentPlace, ProjectFacts, ReadinessPlace } from "./readiness-facts.ts";
import { letRunnerRead, mendAccount, separateAccounts } from "./readiness-remedies.ts";
import { mayRead } from "./runner-access.ts";

/** Each account once, with the agents that run as it. */
export const accountsOf = ({
  agents,
}: ReadinessPlace): { readonly account: string; readonly agents: readonly AgentPlace[] }[] =>
  [...new Set(agents.map(({ account }) => account))].map((account) => ({
    account,
    agents: agents.filter((agent) => agent.account === account),
  }));

/** Whether the accounts are there and may sign in, and which agents are not kept apart. */
export const accountChecks = (place: ReadinessPlace, facts: ProjectFacts): Check[] =>
  accountsOf(place).flatMap(({ account, agents }) => [
    dependingOn("iam.googleapis.com", facts, accountCheck(account, agents, place, facts)),
    ...isolationCheck(account, agents, place),
  ]);

function accountCheck(
  account: string,
  agents: readonly AgentPlace[],
  place: ReadinessPlace,
  facts: ProjectFacts,
): Check {
  const about = { id: `account:${account}`, subject: `account of ${names(agents)}: ${account}` };
  const state = facts.accounts.get(account)?.state;
  if (isGooglesDefault(account))
    return missing(
      about,
      "it is a default account of the project, which usually may do far more than one agent should",
      separateAccounts(agents, place),
    );
  if (state === undefined || state.kind === "unknown")
    return unclear(about, state?.why ?? "nobody was asked");
  switch (state.value) {
    case "enabled":
      return ok(about);
    case "disabled":
      return missing(
        about,
        "it is disabled, so nothing can run as it",
        mendAccount(account, "enable", place),
      );
    case "absent":
      return missing(about, "there is no such account", mendAccount(account, "create", place));
  }
}

/** https://cloud.google.com/iam/docs/service-account-types#default */
const isGooglesDefault = (account: string): boolean =>
  /^\d+-compute@developer\.gserviceaccount\.com$|@appspot\.gserviceaccount\.com$/.test(account);

function isolationCheck(
  account: string,
  agents: readonly AgentPlace[],
  place: ReadinessPlace,
): Check[] {
  const others = [...new Set(agents.flatMap(({ neighbours }) => neighbours))];
  if (others.length === 0) return [];
  const all = [...new Set([...agents.map(({ name }) => name), ...others])].sort().join(", ");
  return [
    ok(
      { id: `isolation:${account}`, subject: `agents of ${account}` },
      `${all} list different credentials, and each can read what the others may read`,
      separateAccounts(agents, place),
    ),
  ];
}

const names = (agents: readonly AgentPlace[]): string => agents.map(({ name }) => name).join(", ");

/** Ids of secrets whose own policies must be read, because the project's does not settle who may read them. */
export const unsettledSecrets = (
  { agents }: ReadinessPlace,
  facts: Pick<ProjectFacts, "policy" | "project">,
): string[] => [
  ...new Set(
    agents.flatMap((agent) =>
      agent.secretIds.filter((id) => verdictOf(facts.policy, id, agent, facts) !== true),
    ),
  ),
];

/** Whether each agent's account may read its secrets, as far as policies show it. */
export const secretChecks = (place: ReadinessPlace, facts: ProjectFacts): Check[] =>
  place.agents
    .filter(({ secretIds }) => secretIds.length > 0)
    .map((agent) =>
      dependingOn("secretmanager.googleapis.com", facts, secretCheck(agent, place, facts)),
    );

function secretCheck(agent: AgentPlace, place: ReadinessPlace, facts: ProjectFacts): Check {
  const count = agent.secretIds.length;
  const about = {
    id: `secrets:${agent.name}`,
    subject: `${agent.account} reads the ${count === 1 ? "secret" : `${count} secrets`} of ${agent.name}`,
  };
  const account = facts.accounts.get(agent.account)?.state;
  if (account?.kind === "known" && account.value === "absent")
    return unclear(about, "there is no such account");
  const verdicts = agent.secretIds.map((id) => ({ id, verdict: verdictOn(id, agent, facts) }));
  const denied = verdicts.filter(({ verdict }) => verdict === false).map(({ id }) => id);
  if (denied.length > 0) {
    const projectNumber = facts.project.kind === "known" ? facts.project.value.number : undefined;
    return missing(
      about,
      `no policy of the project or of the secret lets it read ${denied.join(", ")}`,
      letRunnerRead(agent, beginningsOf(denied), { ...place, projectNumber }),
    );
  }
  const open = verdicts.find(({ verdict }) => verdict !== true);
  if (open === undefined) return ok(about);
  return unclear(about, typeof open.verdict === "string" ? open.verdict : "");
}

/** What all secrets of a credential begin with: no segment of an id holds the divider. */
export const beginningsOf = (ids: readonly string[]): string[] => [
  ...new Set(ids.map((id) => id.slice(0, id.lastIndexOf("--")))),
];

/** True or false where policies tell, else the reason why they do not. */
function verdictOn(secretId: string, agent: AgentPlace, facts: ProjectFacts): boolean | string {
  const policies = [facts.policy, facts.secretPolicies.get(secretId)];
  const verdicts = policies.map((policy) => verdictOf(policy, secretId, agent, facts));
  if (verdicts.includes(true)) return true;
  const unread = [...policies, facts.project].find((asked) => asked?.kind === "unknown");
  if (unread?.kind === "unknown") return unread.why;
  if (verdicts.some((verdict) => verdict !== false))
    return "a policy names groups, roles or conditions that al cannot judge";
  return facts.project.kind === "known" && facts.project.value.isAlone
    ? false
    : "no policy of the project or of the secret lets it; one of the folder or organisation above may";
}

const verdictOf = (
  policy: ProjectFacts["policy"] | undefined,
  secretId: string,
  { account }: AgentPlace,
  { project }: Pick<ProjectFacts, "project">,
): boolean | undefined =>
  policy?.kind === "known" && project.kind === "known"
    ? mayRead(policy.value, { account, secretId, projectNumber: project.value.number })
    : undefined;
