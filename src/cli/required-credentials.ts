import type { AgentNeeds, TriggerNeeds } from "../config/agent-check.ts";
import type { TableProblem } from "../config/check-table.ts";
import { problemOf } from "../config/own-file-problems.ts";
import type { ProjectCheck } from "../config/project-check.ts";
import type { StoredInstance } from "../credentials/list-instances.ts";
import { type CredentialRef, DEFAULT_INSTANCE, formatRef, parseRef } from "../credentials/ref.ts";
import { requiredRefs } from "../credentials/required-refs.ts";

/** A credential and who asks for it. */
export type RequiredCredential = {
  readonly ref: CredentialRef;
  /** For people: `agent dev`, `al's sign-in to Google Cloud`. */
  readonly usedBy: readonly string[];
};

export type Requirements = {
  readonly credentials: readonly RequiredCredential[];
  /** Refs that no agent can have. */
  readonly problems: readonly TableProblem[];
};

/** Collects what a project's agents, their models and their webhook triggers need, each credential once. */
export function requirementsOf(
  project: ProjectCheck,
  stored: readonly StoredInstance[],
): Requirements {
  const byRef = new Map<string, RequiredCredential>();
  const problems: TableProblem[] = [];
  const need = (ref: CredentialRef, user: string): void => {
    const known = byRef.get(formatRef(ref))?.usedBy ?? [];
    byRef.set(formatRef(ref), { ref, usedBy: [...new Set([...known, user])] });
  };
  for (const agent of project.agents) {
    const refs = agentRefs(agent);
    problems.push(...refs.problems);
    for (const ref of refs.values) need(ref, `agent ${agent.name}`);
    for (const trigger of agent.triggers) {
      need(triggerRef(trigger, stored), `webhooks of agent ${agent.name}`);
    }
  }
  if (project.signIn !== undefined) {
    const refs = readRefs(() => [parseRef(project.signIn ?? "")]);
    problems.push(...refs.problems);
    for (const ref of refs.values) need(ref, "al's sign-in to Google Cloud");
  }
  return { credentials: [...byRef.values()], problems };
}

type Refs = { readonly values: readonly CredentialRef[]; readonly problems: TableProblem[] };

/** `pi_auth` needs no stored key; what runs as a job cannot have it, and the run's own rule says so. */
function agentRefs(agent: AgentNeeds): Refs {
  const models = agent.runsInCloud
    ? agent.models
    : agent.models.filter(({ authType }) => authType !== "pi_auth");
  const listed = agent.credentials.map((text) =>
    readRefs(() => requiredRefs({ agent: agent.name, credentials: [text], models: [] })),
  );
  const keys = models.map((model) =>
    readRefs(() => requiredRefs({ agent: agent.name, credentials: [], models: [model] })),
  );
  const all = [...listed, ...keys];
  return {
    values: all.flatMap(({ values }) => values),
    problems: all.flatMap(({ problems }) => problems),
  };
}

function readRefs(read: () => readonly CredentialRef[]): Refs {
  try {
    return { values: read(), problems: [] };
  } catch (error) {
    return { values: [], problems: [problemOf(error)] };
  }
}

/** A source that names no instance is served by whichever is stored, since the gateway loads them all. */
function triggerRef(
  { credential, instance }: TriggerNeeds,
  stored: readonly StoredInstance[],
): CredentialRef {
  if (instance !== undefined) return { type: credential, instance };
  const instances = stored.filter(({ ref }) => ref.type === credential).map(({ ref }) => ref);
  const standard = instances.find((ref) => ref.instance === DEFAULT_INSTANCE);
  return standard ?? instances[0] ?? { type: credential, instance: DEFAULT_INSTANCE };
}
