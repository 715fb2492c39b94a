import type { SecretMask } from "../../credentials/secret-mask.ts";
import { UnavailableError, UsageError } from "../../errors.ts";
import type { Google } from "../../gcp/google.ts";
import { gcloudCancel, gcloudDescribe, shortName } from "../../gcp/resource-names.ts";
import type { RunRequest } from "../../jobs/plan-run.ts";
import { followRun, type StartedRun, startRun } from "../../jobs/run-agent.ts";
import type { Outcome } from "../../mapping/outcome.ts";
import { formatRunAddress } from "../../mapping/run-id.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../io.ts";
import { type PreparedRun, prepareRun, type RunOptions } from "../prepare-run.ts";
import { type RunDocument, renderOutcome } from "../render-run.ts";
import { showPlan } from "../show-plan.ts";
import type { Terminal } from "../terminal.ts";

/** Exit status after SIGHUP: 128 and the signal's number, since nobody knows yet how the run ends. */
const HUNG_UP = 129;
const CANCELLED = 130;

/** `al run`: returns the exit status. */
export async function runCommand(
  input: {
    readonly agent: string;
    readonly prompt: string | undefined;
    readonly options: RunOptions;
  },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  requireRuntime(input.options.runtime, input.agent);
  const prepared = await prepareRun(input, io, terminal);
  try {
    return input.options.dryRun
      ? await showPlan(prepared, input.options, terminal)
      : await run(prepared, input.options, io, terminal);
  } finally {
    await prepared.needs.google.close();
  }
}

function requireRuntime(runtime: string | undefined, agent: string): void {
  if (runtime === "cloudrun") return;
  throw new UsageError({
    what: runtime === undefined ? "No runtime was chosen" : `There is no runtime "${runtime}"`,
    why: "this al runs agents on Google Cloud Run Jobs",
    remedy: `al run ${agent} --runtime cloudrun`,
  });
}

async function run(
  { request, needs, mask }: PreparedRun,
  options: RunOptions,
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const interrupts = listenForInterrupts(io, terminal);
  try {
    const started = await startRun(request, needs, interrupts.cancel);
    if (started === undefined) return notStarted(request.config.agent.name, options, terminal);
    interrupts.stopCommand(gcloudCancel(started.execution));
    const document = runDocument(request, needs.google, started);
    if (options.detach && !interrupts.cancel.aborted) return leave(document, options, terminal, 0);
    const outcome = await followRun(started, needs, interrupts).catch((error: unknown) => {
      terminal.note(`The run goes on. To stop it: ${gcloudCancel(started.execution)}`);
      throw error;
    });
    if (outcome === undefined) return leave(document, options, terminal, HUNG_UP);
    return finish(outcome, document, { options, terminal, mask });
  } finally {
    interrupts.dispose();
  }
}

function notStarted(agent: string, options: RunOptions, terminal: Terminal): number {
  terminal.note("Cancelled before anything was started.");
  if (options.json)
    terminal.json({ agent, state: "cancelled", exitCode: CANCELLED, exitSource: "al" });
  return CANCELLED;
}

const runDocument = (
  request: RunRequest,
  { location }: Google,
  started: StartedRun,
): RunDocument => ({
  run: formatRunAddress({ region: location.region, execution: shortName(started.execution) }),
  agent: request.config.agent.name,
  state: "pending",
  execution: started.execution,
  job: started.job.jobId,
  ...location,
});

/** The run goes on without us. */
function leave(
  document: RunDocument,
  options: RunOptions,
  terminal: Terminal,
  exit: number,
): number {
  if (options.json) terminal.json(document);
  else terminal.result(document.run);
  terminal.note(`The run goes on. To stop it: ${gcloudCancel(document.execution)}`);
  return exit;
}

function finish(
  outcome: Outcome,
  document: RunDocument,
  { options, terminal, mask }: { options: RunOptions; terminal: Terminal; mask: SecretMask },
): number {
  if (outcome.state === "unknown") throw unknownOutcome(mask.hide(outcome.reason), document);
  const style = outcome.state === "succeeded" ? "green" : "red";
  terminal.note(terminal.styled(style, mask.hide(renderOutcome(outcome, document.run))));
  if (options.json) {
    const reason = "reason" in outcome ? { reason: mask.hide(outcome.reason) } : {};
    terminal.json({ ...document, ...outcome, ...reason });
  }
  return outcome.exitCode;
}

const unknownOutcome = (reason: string, { run, execution }: RunDocument): UnavailableError =>
  new UnavailableError({
    what: `The run ${run} failed, and nothing says with which exit code`,
    why: reason,
    remedy: /secret/i.test(reason)
      ? "Run the command again: all secrets are then compared anew."
      : gcloudDescribe(execution),
  });
