import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { AgentNeeds } from "../../config/agent-check.ts";
import type { TableProblem } from "../../config/check-table.ts";
import { checkProject } from "../../config/project-check.ts";
import { readSettings } from "../../config/settings.ts";
import { listInstances } from "../../credentials/list-instances.ts";
import { findStoreProblems, type StoreProblem } from "../../credentials/store-problems.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { type CredentialStatus, credentialStatus, renderStatus } from "../credential-status.ts";
import { ensureGatewayKey, findGatewayKey, type GatewayKey } from "../gateway-key.ts";
import type { Io } from "../io.ts";
import { mendCredentials } from "../mend-credentials.ts";
import { canAsk } from "../prompts.ts";
import { doctorDocument, gatewayNote, renderProblems, summary } from "../render-doctor.ts";
import { type RequiredCredential, requirementsOf } from "../required-credentials.ts";
import type { Terminal } from "../terminal.ts";

export type DoctorOptions = {
  readonly project: string;
  readonly environment?: string;
  /** Look, but ask for nothing and store nothing. */
  readonly check?: boolean;
  /** False after --no-check-values. */
  readonly checkValues: boolean;
  readonly json?: boolean;
};

/** `al doctor`: returns the exit status. */
export async function doctor(options: DoctorOptions, io: Io, terminal: Terminal): Promise<number> {
  const { status, document } = await examine(options, io, terminal);
  if (options.json) terminal.json(document);
  return status;
}

/** What was found on this machine. */
export type Examination = {
  readonly status: number;
  /** For `--json`. */
  readonly document: object;
  /** What each agent needs; undefined while the configuration is wrong. */
  readonly agents: readonly AgentNeeds[] | undefined;
};

/** Looks at the project's files and credentials, asks for what is missing where it may, and tells on stderr. */
export async function examine(
  options: DoctorOptions,
  io: Io,
  terminal: Terminal,
): Promise<Examination> {
  const settings = readSettings(io.variables);
  const project = resolve(io.workingDirectory, options.project);
  await requireProject(project);
  const config = await checkProject({
    project,
    environment: options.environment ?? settings.environment,
    environments: settings.environments,
  });
  const requirements = requirementsOf(config, await listInstances(settings.store));
  const problems = [...config.problems, ...requirements.problems];
  if (problems.length > 0) return misconfigured(problems, terminal);
  const { store } = settings;
  for (const note of config.notes) terminal.note(`  note     ${note}`);
  const storeProblems = await tellStoreProblems(store, terminal);
  const looked = await lookAt(requirements.credentials, { store, options, io, terminal });
  const asks = options.check !== true && canAsk(io);
  const statuses = asks ? await mendCredentials(looked, { store, options, io, terminal }) : looked;
  const gateway = await gatewayKey(store, options, { io, agents: config.agents.length, terminal });
  terminal.note(summary({ statuses, agents: config.agents.length, project, store }));
  return {
    status: statuses.every(({ state }) => state === "ok") ? 0 : EXIT.config,
    document: doctorDocument({ statuses, storeProblems, gateway, notes: config.notes }),
    agents: config.agents,
  };
}

async function tellStoreProblems(store: string, terminal: Terminal): Promise<StoreProblem[]> {
  const problems = await findStoreProblems(store);
  for (const { path, problem, remedy } of problems) {
    terminal.note(
      `  ${terminal.styled("yellow", "modes")}    ${path}: ${problem}. Mend: ${remedy}`,
    );
  }
  return problems;
}

/** An agent's own directory and one that is not there are refused; both are mistakes of `-p`. */
async function requireProject(project: string): Promise<void> {
  if (!(await exists(project))) {
    throw new UsageError({
      what: `There is no directory ${project}`,
      remedy: "Run al in the project's directory, or name it with -p.",
    });
  }
  if (!(await exists(join(project, "SKILL.md")))) return;
  throw new UsageError({
    what: `${project} is an agent's directory`,
    why: "it holds a SKILL.md; a project has its agents below agents/",
    remedy: `al doctor -p ${resolve(project, "../..")}`,
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function misconfigured(problems: readonly TableProblem[], terminal: Terminal): Examination {
  terminal.note(renderProblems(problems, terminal));
  return { status: EXIT.config, document: { ok: false, problems }, agents: undefined };
}

type Looking = {
  readonly store: string;
  readonly options: DoctorOptions;
  readonly io: Io;
  readonly terminal: Terminal;
};

async function lookAt(
  credentials: readonly RequiredCredential[],
  { store, options, io, terminal }: Looking,
): Promise<CredentialStatus[]> {
  const statuses = await Promise.all(
    credentials.map((one) => credentialStatus(one, { store, check: options.checkValues, io })),
  );
  for (const status of statuses) terminal.note(renderStatus(status, terminal));
  return statuses;
}

/** Generated where agents could use it; the value is shown once, and only where a person looks. */
async function gatewayKey(
  store: string,
  options: DoctorOptions,
  { io, agents, terminal }: { io: Io; agents: number; terminal: Terminal },
): Promise<GatewayKey> {
  const key =
    options.check || agents === 0 ? await findGatewayKey(store) : await ensureGatewayKey(store, io);
  const note = gatewayNote(key, { showsValue: io.stderr.isTTY === true });
  if (agents > 0) terminal.note(note);
  return key;
}
