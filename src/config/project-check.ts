import { join } from "node:path";
import { type AgentNeeds, checkAgent } from "./agent-check.ts";
import { agentNames } from "./agent-names.ts";
import { type TableProblem, tableProblems } from "./check-table.ts";
import { loadRunConfig } from "./load-config.ts";
import { type MergedProject, mergedProject } from "./merged-project.ts";
import { ownFileProblems, readable } from "./own-file-problems.ts";
import { type ProjectFiles, projectTable } from "./project-table.ts";
import { projectSchema } from "./schema.ts";

/** What all files of a project say together. */
export type ProjectCheck = {
  /** Everything that must be corrected before anything can run. */
  readonly problems: readonly TableProblem[];
  /** What is allowed, and perhaps not meant. */
  readonly notes: readonly string[];
  /** In the order of their names; complete only when there are no problems. */
  readonly agents: readonly AgentNeeds[];
  /** Ref of the credential that signs in to Google Cloud; undefined while no agent can run there, and where no stored one is used. */
  readonly signIn: string | undefined;
};

/** Reads every configuration file of a project strictly, and collects all problems instead of stopping at the first. */
export async function checkProject(files: ProjectFiles): Promise<ProjectCheck> {
  const own = await ownFileProblems(files);
  const merged = await mergedFiles(files, own.length > 0);
  const names = await agentNames(files.project);
  const checks = await Promise.all(
    names.map((name) => {
      const directory = join(files.project, "agents", name);
      return checkAgent({ directory, name, project: merged.project });
    }),
  );
  const agents = checks.map(({ needs }) => needs);
  const { scale, signIn, isInCloud } = merged.project ?? {};
  const problems = [
    ...own,
    ...merged.problems,
    ...checks.flatMap((check) => check.problems),
    ...scaleProblems(scale, agents),
  ];
  const inCloud = isInCloud !== true ? [] : agents.filter(({ runsInCloud }) => runsInCloud);
  return {
    problems: problems.length > 0 ? problems : await runProblems(files, inCloud),
    notes: merged.project === undefined ? [] : notes(merged.project, agents),
    agents,
    signIn: inCloud.length > 0 ? signIn : undefined,
  };
}

type Merged = { readonly project: MergedProject | undefined; readonly problems: TableProblem[] };

/** The files laid over each other; a problem that a file has by itself is not told twice. */
async function mergedFiles(files: ProjectFiles, alreadyWrong: boolean): Promise<Merged> {
  const { value } = await readable(() => projectTable(files));
  if (value === undefined) return { project: undefined, problems: [] };
  const problems = alreadyWrong
    ? []
    : tableProblems(projectSchema, value.table, { file: value.file });
  return { project: mergedProject(value.table), problems };
}

/** What `al run` would refuse: asked of the same code, for the agents that are set up for it. */
async function runProblems(
  files: ProjectFiles,
  agents: readonly AgentNeeds[],
): Promise<TableProblem[]> {
  const loads = await Promise.all(
    agents.map(({ name }) => readable(() => loadRunConfig({ ...files, agent: name }))),
  );
  const problems = loads.flatMap((load) => load.problems);
  return [...new Map(problems.map((problem) => [problem.what, problem])).values()];
}

function scaleProblems(total: number | undefined, agents: readonly AgentNeeds[]): TableProblem[] {
  if (total === undefined) return [];
  return agents
    .filter(({ scale = 0 }) => scale > total)
    .map(({ name, scale }) => ({
      what: `Agent "${name}": scale is ${scale}, more than the project's ${total}`,
      remedy: `Write at most ${total} in agents/${name}/config.toml, or raise scale in config.toml.`,
    }));
}

function notes(project: MergedProject, agents: readonly AgentNeeds[]): string[] {
  const sum = agents.reduce((all, { scale = 1 }) => all + scale, 0);
  return [
    ...cloudNotes(project, agents),
    ...(project.scale !== undefined && sum > project.scale
      ? [`The agents' scales add up to ${sum}, more than the project's ${project.scale}`]
      : []),
    ...(project.gatewayUrl?.includes("0.0.0.0") === true
      ? [`[gateway] url is ${project.gatewayUrl}, an address that nobody can connect to`]
      : []),
    ...[...project.webhooks]
      .filter(([, source]) => source?.allowUnsigned === true)
      .map(([name]) => `[webhooks.${name}] allowUnsigned: anybody may trigger its agents`),
  ];
}

const cloudNotes = ({ isInCloud }: MergedProject, agents: readonly AgentNeeds[]): string[] =>
  !isInCloud
    ? ["config.toml has no [cloud] section: its agents cannot run on Cloud Run yet"]
    : agents
        .filter(({ runsInCloud }) => !runsInCloud)
        .map(({ name }) => `Agent "${name}" has no [cloudrun] section: it cannot run there yet`);
