import { resolve } from "node:path";
import { loadReadiness } from "../../config/load-readiness.ts";
import { readSettings } from "../../config/settings.ts";
import { AlError, EXIT, type ExitStatus, UsageError } from "../../errors.ts";
import { checkReadiness } from "../../jobs/check-readiness.ts";
import { type Check, missing } from "../../mapping/readiness-check.ts";
import { connect } from "../connect.ts";
import type { Io } from "../io.ts";
import { canAsk } from "../prompts.ts";
import { readinessPlace } from "../readiness-place.ts";
import { readinessSummary, renderChecks } from "../render-readiness.ts";
import type { Terminal } from "../terminal.ts";
import { type DoctorOptions, type Examination, examine } from "./doctor.ts";

export type CloudDoctorOptions = DoctorOptions & {
  readonly runtime?: string;
  /** Only this agent's needs; without it those of all that run on Cloud Run. */
  readonly agent?: string;
};

/** `al doctor --runtime cloudrun`: this machine first, then the Google Cloud project. Returns the exit status. */
export async function doctorCloudRun(
  options: CloudDoctorOptions,
  io: Io,
  terminal: Terminal,
): Promise<number> {
  requireRuntime(options.runtime);
  // Where nobody can be asked, nothing is stored either.
  const local = await examine({ ...options, check: options.check || !canAsk(io) }, io, terminal);
  if (local.cloudAgents === undefined) {
    if (options.json) terminal.json(local.document);
    return local.status;
  }
  const seen = await look(local.cloudAgents, options, io, terminal);
  const isReady = seen.checks.every(({ state }) => state !== "missing");
  if (options.json) terminal.json(document(seen, local, isReady));
  else for (const line of renderChecks(seen.checks)) terminal.result(line);
  terminal.note(readinessSummary(seen.checks));
  return isReady ? local.status : (seen.status ?? EXIT.permission);
}

function requireRuntime(runtime: string | undefined): void {
  if (runtime === "cloudrun") return;
  throw new UsageError({
    what: runtime === undefined ? "No runtime was chosen" : `There is no runtime "${runtime}"`,
    why: "this al runs agents on Google Cloud Run Jobs",
    remedy: "al doctor --runtime cloudrun",
  });
}

type Seen = {
  /** Null where al could not sign in. */
  readonly project: string | null;
  readonly principal: string | null;
  readonly checks: readonly Check[];
  /** Of what failed on this machine already. */
  readonly status?: ExitStatus;
};

async function look(
  cloudAgents: readonly string[],
  options: CloudDoctorOptions,
  io: Io,
  terminal: Terminal,
): Promise<Seen> {
  const settings = readSettings(io.variables);
  const files = {
    project: resolve(io.workingDirectory, options.project),
    environment: options.environment ?? settings.environment,
    environments: settings.environments,
  };
  const agents = options.agent === undefined ? cloudAgents : [options.agent];
  const config = await loadReadiness(files, agents);
  const connection = await connect(options, io, terminal).catch(notSignedIn);
  if ("checks" in connection) return connection;
  const { google } = connection;
  try {
    const place = await readinessPlace(config, { google, store: settings.store });
    const { project, principal, region } = place;
    terminal.note(`Looking at project ${project} in ${region} as ${principal} …`);
    return { project, principal, checks: await checkReadiness(place, await google.setUp()) };
  } finally {
    await google.close();
  }
}

/** A key that is not there or cannot be used is a finding; Google out of reach is not. */
function notSignedIn(error: unknown): Seen {
  if (!(error instanceof AlError) || error.exit === EXIT.unavailable) throw error;
  const why = [error.message, error.why].filter((text) => text !== undefined).join(": ");
  const about = { id: "sign-in", subject: "al's sign-in to Google Cloud" };
  const checks = [missing(about, why, { gcloud: error.remedy })];
  return { project: null, principal: null, checks, status: error.exit };
}

/** The credentials' part is as without --runtime. */
const document = (
  { project, principal, checks }: Seen,
  local: Examination,
  isReady: boolean,
): object => ({
  ...local.document,
  ...{ ok: isReady && local.status === 0, project, principal, checks },
});
