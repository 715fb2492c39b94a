import type { CredentialType } from "../../credentials/credential-type.ts";
import { CREDENTIAL_TYPES } from "../../credentials/types.ts";
import { UsageError } from "../../errors.ts";
import type { Io } from "../io.ts";
import { nearMatches } from "../near-matches.ts";
import { canAsk, createPrompts } from "../prompts.ts";
import { renderType, renderTypes, typeDocument } from "../render-types.ts";
import { requireType } from "../require-type.ts";
import type { Terminal } from "../terminal.ts";
import { credsAdd } from "./creds-add.ts";

export type TypesOptions = { readonly json?: boolean };

/** `al creds types`: returns the exit status. A person at a terminal browses; everything else gets a table. */
export async function credsTypes(
  { search, options }: { readonly search: string | undefined; readonly options: TypesOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  if (canAsk(io) && io.stdout.isTTY === true && !options.json) {
    return browse(search, io, terminal);
  }
  const types = matching(search ?? "");
  if (options.json) {
    terminal.json({ types: types.map(typeDocument) });
    return 0;
  }
  if (types.length === 0) throw noMatch(search ?? "");
  terminal.result(renderTypes(types));
  return 0;
}

/** Types that have every word somewhere in id, label, description or field names. */
function matching(search: string): CredentialType[] {
  const words = search.toLowerCase().split(/\s+/);
  return CREDENTIAL_TYPES.filter((type) => {
    const names = type.fields.map(({ name }) => name).join(" ");
    const text = `${type.id} ${type.label} ${type.description} ${names}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function noMatch(search: string): UsageError {
  const near = nearMatches(
    search,
    CREDENTIAL_TYPES.map(({ id }) => id),
  );
  return new UsageError({
    what: `No credential type matches "${search}"`,
    ...(near.length === 0 ? {} : { why: `perhaps you mean ${near.join(" or ")}` }),
    remedy: "List all of them: al creds types",
  });
}

async function browse(search: string | undefined, io: Io, terminal: Terminal): Promise<number> {
  const prompts = await createPrompts(io);
  const id = await prompts.search({
    message: `Credential types (${CREDENTIAL_TYPES.length}); type to search`,
    choices: CREDENTIAL_TYPES.map(({ id: value, label, description, extension }) => ({
      value,
      label: `${value}${extension ? " (extension)" : ""}`,
      hint: `${label} — ${description}`,
    })),
    ...(search === undefined ? {} : { search }),
  });
  terminal.result(renderType(requireType(id)));
  if (!(await prompts.confirm({ message: "Add this credential now?", initial: false }))) return 0;
  return credsAdd({ ref: id, options: { check: true } }, io, terminal);
}
