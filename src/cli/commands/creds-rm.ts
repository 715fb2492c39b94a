import { readSettings } from "../../config/settings.ts";
import { listInstances } from "../../credentials/list-instances.ts";
import { type CredentialRef, formatRef, parseRef } from "../../credentials/ref.ts";
import { removeInstance } from "../../credentials/remove-instance.ts";
import { UsageError } from "../../errors.ts";
import type { Io } from "../io.ts";
import { type CloudCopies, knownCloudCopies, listSecretsCommand } from "../known-cloud-copies.ts";
import { canAsk, createPrompts } from "../prompts.ts";
import type { Terminal } from "../terminal.ts";

export type RmOptions = { readonly yes?: boolean; readonly json?: boolean };

const NOT_FOUND = 1;

/** `al creds rm`: returns the exit status. */
export async function credsRm(
  { ref: text, options }: { readonly ref: string; readonly options: RmOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const ref = parseRef(text);
  const { store } = readSettings(io.variables);
  const instances = await listInstances(store);
  const stored = instances.find((one) => formatRef(one.ref) === formatRef(ref));
  if (stored !== undefined && !(await isConfirmed(ref, stored.fields, { options, io }))) {
    terminal.note("Nothing was removed.");
    return 0;
  }
  const removed = stored !== undefined && (await removeInstance(store, ref));
  const copies = await knownCloudCopies(store, ref);
  if (options.json) {
    terminal.json({ ref: formatRef(ref), removed, cloudProjects: copies.projects });
  } else if (removed) terminal.result(`${formatRef(ref)}: removed`);
  if (!removed) {
    const others = instances.map((one) => one.ref);
    terminal.note(notFound(ref, others, store));
    return NOT_FOUND;
  }
  for (const line of copyNotes(ref, copies)) terminal.note(line);
  return 0;
}

async function isConfirmed(
  ref: CredentialRef,
  fields: readonly string[],
  { options, io }: { options: RmOptions; io: Io },
): Promise<boolean> {
  if (options.yes) return true;
  if (!canAsk(io)) {
    throw new UsageError({
      what: `Nobody can confirm that ${formatRef(ref)} is to be removed`,
      why: "standard input is not a terminal",
      remedy: `al creds rm ${formatRef(ref)} --yes`,
    });
  }
  const prompts = await createPrompts(io);
  const message = `Remove ${formatRef(ref)} (${fields.join(", ")})? There is no way back.`;
  return prompts.confirm({ message, initial: false });
}

function notFound(ref: CredentialRef, stored: readonly CredentialRef[], store: string): string {
  const same = stored.filter(({ type }) => type === ref.type).map(formatRef);
  const hint = same.length === 0 ? "" : ` Stored of that type: ${same.join(", ")}.`;
  return `${formatRef(ref)}: not found at ${store}.${hint}`;
}

/** What may be left of it in the cloud, and the commands that show and remove it. */
function copyNotes(ref: CredentialRef, { projects, elsewhere }: CloudCopies): string[] {
  const places = [
    ...projects.map((project) => ({ place: `Project ${project}`, project })),
    ...(elsewhere ? [{ place: "A project that agents ran in", project: "PROJECT" }] : []),
  ];
  return places.flatMap(({ place, project }) => [
    `${place} may still hold a copy of ${formatRef(ref)} in Secret Manager.`,
    `  To remove it, in the directory of agents that run there: al secrets rm ${formatRef(ref)}`,
    `  To see what is there: ${listSecretsCommand(project)}`,
  ]);
}
