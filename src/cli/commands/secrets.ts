import { formatRef, parseRef } from "../../credentials/ref.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { saveMemory } from "../../jobs/apply-secrets.ts";
import { previewSteps, type RunNeeds, type RunRequest } from "../../jobs/plan-run.ts";
import { carryOutRemoval, planRemoval, type RemovalPlan } from "../../jobs/remove-copies.ts";
import { listSecrets } from "../../jobs/secret-inventory.ts";
import { syncSecrets } from "../../jobs/sync-secrets.ts";
import { type InventoryLine, jobLabel } from "../../mapping/inventory.ts";
import { credentialIdBeginning } from "../../mapping/secret-names.ts";
import { type ConnectOptions, connect } from "../connect.ts";
import type { Io } from "../io.ts";
import { prepareRun } from "../prepare-run.ts";
import { canAsk, createPrompts } from "../prompts.ts";
import { type PlannedSecret, plannedSecret } from "../render-plan.ts";
import type { Terminal } from "../terminal.ts";

export type SecretsOptions = ConnectOptions & { readonly dryRun?: boolean; readonly yes?: boolean };

/** `al secrets ls`: what is stored for whom, which versions are in use, and how many are billed. */
export async function listSecretsCommand(
  options: ConnectOptions,
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const { google, report, secretPrefix } = await connect(options, io, terminal);
  try {
    const lines = await listSecrets(secretPrefix, google, report);
    if (options.json) terminal.json(lines.map(documentOf));
    else for (const line of renderInventory(lines, google.location.project)) terminal.result(line);
    return 0;
  } finally {
    await google.close();
  }
}

const documentOf = ({ versions, ...line }: InventoryLine): object => ({
  ...line,
  versions: versions.map(({ createdAt, inUseSince, ...version }) => ({
    ...version,
    createdAt: new Date(createdAt).toISOString(),
    inUseSince: inUseSince === null ? null : new Date(inUseSince).toISOString(),
  })),
});

/** One line a secret, below its credential. */
function renderInventory(lines: readonly InventoryLine[], project: string): string[] {
  if (lines.length === 0) return [`No secrets of al's in ${project}.`];
  const groups = groupLines(lines);
  const billed = lines.reduce((sum, line) => sum + line.billed, 0);
  return [
    ...[...groups].flatMap(([credential, group]) => [plain(credential), ...group.map(renderLine)]),
    `${lines.length} secrets, ${billed} billed versions`,
  ];
}

/** Anybody who may annotate a secret wrote this; a terminal must not obey it. */
const plain = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));

function groupLines(lines: readonly InventoryLine[]): Map<string, InventoryLine[]> {
  const groups = new Map<string, InventoryLine[]>();
  for (const line of lines)
    groups.set(line.credential, [...(groups.get(line.credential) ?? []), line]);
  return groups;
}

function renderLine({ secret, versions, billed }: InventoryLine): string {
  const used = versions.flatMap(({ number, inUseSince, jobs }) =>
    inUseSince === null ? [] : [`version ${number} since ${day(inUseSince)} by ${jobs.join(", ")}`],
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
    const secrets = options.dryRun
      ? (await previewSteps(request, needs)).map(plannedSecret)
      : await writeSecrets(request, needs);
    if (options.json) terminal.json({ agent, dryRun: options.dryRun === true, secrets });
    else
      for (const { action, secret } of secrets) terminal.result(`${action.padEnd(11)}  ${secret}`);
    return secrets.some(({ action }) => action === "conflict") ? EXIT.config : 0;
  } finally {
    await needs.google.close();
  }
}

/** Each secret as it was found, with the versions that it has now. */
async function writeSecrets(request: RunRequest, needs: RunNeeds): Promise<PlannedSecret[]> {
  const synced = await syncSecrets(request, needs, new AbortController().signal);
  if (synced === undefined) return [];
  const written = synced.steps.map(plannedSecret);
  return synced.found.map((step, index) => ({
    ...plannedSecret(step),
    versions: written[index]?.versions ?? {},
  }));
}

/** `al secrets rm`: removes a credential's copies from the cloud; the store keeps its own. */
export async function removeSecretsCommand(
  { ref, options }: { readonly ref: string; readonly options: SecretsOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const parsed = parseRef(ref);
  const credential = formatRef(parsed);
  const { google, memory, secretPrefix, report } = await connect(options, io, terminal);
  try {
    const idBeginning = credentialIdBeginning(secretPrefix, parsed);
    const remembered = memory.secretIds();
    const plan = await planRemoval(
      { credential, secretPrefix, idBeginning, remembered },
      google,
      report,
    );
    const removing =
      plan.secrets.length > 0 && (await isConfirmed(credential, plan, { options, io }));
    if (removing) {
      await carryOutRemoval(plan, google, report);
      memory.forget();
      await saveMemory(memory, report);
    }
    const { region } = google.location;
    showRemoval(credential, plan, { removing, options, terminal, region });
    return plan.secrets.length === 0 ? NOTHING_THERE : 0;
  } finally {
    await google.close();
  }
}

const NOTHING_THERE = 1;

async function isConfirmed(
  credential: string,
  { secrets, jobs }: RemovalPlan,
  { options, io }: { readonly options: SecretsOptions; readonly io: Io },
): Promise<boolean> {
  if (options.dryRun) return false;
  if (options.yes) return true;
  if (!canAsk(io)) {
    throw new UsageError({
      what: `Nobody can confirm that the copies of ${credential} are to be removed`,
      why: "standard input is not a terminal",
      remedy: `al secrets rm ${credential} --yes`,
    });
  }
  const message = `Remove ${secrets.length} secrets of ${credential} and the ${jobs.length} idle jobs that use them?`;
  return (await createPrompts(io)).confirm({ message, initial: false });
}

function showRemoval(
  credential: string,
  plan: RemovalPlan,
  shown: {
    readonly removing: boolean;
    readonly options: SecretsOptions;
    readonly terminal: Terminal;
    readonly region: string;
  },
): void {
  const { removing, options, terminal, region } = shown;
  const secrets = plan.secrets.map(({ id }) => id);
  const jobs = plan.jobs.map(({ name }) => jobLabel(name ?? "", region));
  const word = removing ? "removed" : "kept";
  if (options.json) {
    terminal.json({ credential, removed: removing, secrets, jobs });
  } else {
    for (const id of secrets) terminal.result(`${word}  secret ${id}`);
    for (const job of jobs) terminal.result(`${word}  job ${job}`);
  }
  if (secrets.length === 0) terminal.note(`No copy of ${credential} is in the project.`);
}
