import { formatRef, parseRef } from "../../credentials/ref.ts";
import { UsageError } from "../../errors.ts";
import { planRun } from "../../jobs/plan-run.ts";
import { syncSecrets } from "../../jobs/run-agent.ts";
import { carryOutRemoval, listSecrets, planRemoval } from "../../jobs/secret-inventory.ts";
import type { InventoryLine } from "../../mapping/inventory.ts";
import { type ConnectOptions, connect } from "../connect.ts";
import type { Io } from "../io.ts";
import { prepareRun } from "../prepare-run.ts";
import { plannedSecret } from "../render-plan.ts";
import type { Terminal } from "../terminal.ts";

export type SecretsOptions = ConnectOptions & { readonly dryRun?: boolean; readonly yes?: boolean };

/** `al secrets ls`: what is stored for whom, which versions are in use, and how many are billed. */
export async function listSecretsCommand(
  options: ConnectOptions,
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const { google } = await connect(options, io, terminal);
  try {
    const lines = await listSecrets(google);
    if (options.json) terminal.json(lines.map(documentOf));
    else for (const line of renderInventory(lines, google.location.project)) terminal.result(line);
    return 0;
  } finally {
    await google.close();
  }
}

const documentOf = ({ versions, ...line }: InventoryLine): object => ({
  ...line,
  versions: versions.map(({ createdAt, ...version }) => ({
    ...version,
    createdAt: new Date(createdAt).toISOString(),
  })),
});

/** One line a secret, below its credential. */
export function renderInventory(lines: readonly InventoryLine[], project: string): string[] {
  if (lines.length === 0) return [`No secrets of al's in ${project}.`];
  const groups = groupLines(lines);
  const billed = lines.reduce((sum, line) => sum + line.billed, 0);
  return [
    ...[...groups].flatMap(([credential, group]) => [credential, ...group.map(renderLine)]),
    `${lines.length} secrets, ${billed} billed versions`,
  ];
}

function groupLines(lines: readonly InventoryLine[]): Map<string, InventoryLine[]> {
  const groups = new Map<string, InventoryLine[]>();
  for (const line of lines)
    groups.set(line.credential, [...(groups.get(line.credential) ?? []), line]);
  return groups;
}

function renderLine({ secret, versions, billed }: InventoryLine): string {
  const used = versions
    .filter(({ jobs }) => jobs.length > 0)
    .map(
      ({ number, createdAt, jobs }) =>
        `version ${number} of ${day(createdAt)} by ${jobs.join(", ")}`,
    );
  return `  ${secret}  ${billed} billed; ${used.length === 0 ? "not in use" : `in use: ${used.join("; ")}`}`;
}

const day = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

/** `al secrets sync`: writes what an agent's next run would write, and starts nothing. */
export async function syncSecretsCommand(
  { agent, options }: { readonly agent: string; readonly options: SecretsOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const { request, needs } = await prepareRun({ agent, prompt: undefined, options }, io, terminal);
  try {
    const { steps } = await planRun(request, needs);
    if (!options.dryRun) await syncSecrets(request, needs, new AbortController().signal);
    const secrets = steps.map(plannedSecret);
    if (options.json) terminal.json({ agent, dryRun: options.dryRun === true, secrets });
    else
      for (const { action, secret } of secrets) terminal.result(`${action.padEnd(11)}  ${secret}`);
    return 0;
  } finally {
    await needs.google.close();
  }
}

/** `al secrets rm`: removes a credential's copies from the cloud; the store keeps its own. */
export async function removeSecretsCommand(
  { ref, options }: { readonly ref: string; readonly options: SecretsOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const credential = formatRef(parseRef(ref));
  const { google, memory } = await connect(options, io, terminal);
  try {
    const plan = await planRemoval(credential, google);
    const carryOut = options.yes === true && options.dryRun !== true;
    if (carryOut) {
      await carryOutRemoval(plan, google);
      memory.forget();
      await memory.save();
    }
    const secrets = plan.secrets.map(({ id }) => id);
    if (options.json) terminal.json({ credential, removed: carryOut, secrets, jobs: plan.jobs });
    else
      for (const line of [...secrets, ...plan.jobs])
        terminal.result(`${carryOut ? "removed" : "would remove"}  ${line}`);
    return afterRemoval({ credential, found: secrets.length > 0, carryOut, options });
  } finally {
    await google.close();
  }
}

const NOTHING_THERE = 1;

function afterRemoval(input: {
  readonly credential: string;
  readonly found: boolean;
  readonly carryOut: boolean;
  readonly options: SecretsOptions;
}): number {
  const { credential, found, carryOut, options } = input;
  if (!found) return NOTHING_THERE;
  if (carryOut || options.dryRun) return 0;
  throw new UsageError({
    what: `Nothing was removed: removing the copies of ${credential} must be confirmed`,
    why: "jobs that use them are removed too; the next run makes both again",
    remedy: `al secrets rm ${credential} --yes`,
  });
}
