import { resolve } from "node:path";
import type { AgentNeeds } from "../../config/agent-check.ts";
import type { CloudPlace } from "../../config/load-place.ts";
import { loadReadiness } from "../../config/load-readiness.ts";
import { readSettings } from "../../config/settings.ts";
import { AlError, EXIT, UsageError } from "../../errors.ts";
import { checkReadiness } from "../../jobs/check-readiness.ts";
import { controllerOf } from "../../mapping/module-controller.ts";
import { type Check, missing, type Remedy, remedyOf } from "../../mapping/readiness-check.ts";
import { newKey } from "../../mapping/sign-in-remedies.ts";
import { connect } from "../connect.ts";
import type { Io } from "../io.ts";
import { canAsk } from "../prompts.ts";
import { alFlagsOf, readinessPlace } from "../readiness-place.ts";
import { readinessSummary, renderChecks } from "../render-readiness.ts";
import { storedKey } from "../sign-in.ts";
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
  if (local.agents === undefined) {
    if (options.json) terminal.json(local.document);
    return local.status;
  }
  const seen = await look(local.agents, options, io, terminal);
  // Once there is a table, only what it and the list of credentials show counts, however it was found out.
  const isReady = local.status === 0 && seen.checks.every(({ state }) => state !== "missing");
  if (options.json) terminal.json(document(seen, local, isReady));
  else for (const line of renderChecks(seen.checks)) terminal.result(line);
  terminal.note(readinessSummary(seen.checks));
  return isReady ? 0 : EXIT.permission;
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
};

async function look(
  needs: readonly AgentNeeds[],
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
  const config = await loadReadiness(files, needs, options.agent);
  const lacking = await lackOfKey(config.place, settings.store);
  if (lacking !== undefined) return notSignedIn(lacking);
  const connection = await connect(options, io, terminal).catch(refused);
  if ("checks" in connection) return connection;
  const { google } = connection;
  try {
    const where = { google, store: settings.store, alFlags: alFlagsOf(options) };
    const place = await readinessPlace(config, where);
    const { project, principal, region } = place;
    terminal.note(`Looking at project ${project} in ${region} as ${principal} …`);
    return { project, principal, checks: await checkReadiness(place, await google.setUp()) };
  } finally {
    await google.close();
  }
}

type Lack = { readonly why: string; readonly remedy: Remedy };

const notSignedIn = ({ why, remedy }: Lack): Seen => {
  const about = { id: "sign-in", subject: "al's sign-in to Google Cloud" };
  return { project: null, principal: null, checks: [missing(about, why, remedy)] };
};

const whyOf = ({ message, why }: AlError): string =>
  why === undefined ? message : `${message}: ${why}`;

/** A key that is not stored, or is none: a new one mends it. */
async function lackOfKey(
  { credential, project }: CloudPlace,
  store: string,
): Promise<Lack | undefined> {
  if (credential === undefined) return undefined;
  try {
    await storedKey(credential, store);
    return undefined;
  } catch (error) {
    if (!(error instanceof AlError)) throw error;
    const made = newKey({ credential }, controllerOf(project ?? ""));
    // Without a project nobody can say whose key it should be.
    const remedy = project === undefined ? { ...made, gcloud: `al creds add ${credential}` } : made;
    return { why: whyOf(error), remedy };
  }
}

/** A sign-in that cannot be used is a finding; Google out of reach, or a setting of this machine, is not. */
function refused(error: unknown): Seen {
  if (!(error instanceof AlError)) throw error;
  if (error.exit === EXIT.unavailable || error.exit === EXIT.usage) throw error;
  return notSignedIn({ why: whyOf(error), remedy: remedyOf(error) });
}

/** The credentials' part is as without --runtime. */
const document = (
  { project, principal, checks }: Seen,
  local: Examination,
  isReady: boolean,
): object => ({
  ...local.document,
  ...{ ok: isReady, project, principal, checks },
});
