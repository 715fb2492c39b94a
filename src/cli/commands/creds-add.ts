import { join } from "node:path";
import { readSettings } from "../../config/settings.ts";
import type { CheckResult } from "../../credentials/checks/check-credential.ts";
import type { CredentialType } from "../../credentials/credential-type.ts";
import { type CredentialRef, formatRef, parseRef } from "../../credentials/ref.ts";
import { writeInstance } from "../../credentials/write-instance.ts";
import { UsageError } from "../../errors.ts";
import { checkValues, renderCheck } from "../check-values.ts";
import { flagsFor, type GivenOptions, readGivenFields } from "../given-fields.ts";
import type { Io } from "../io.ts";
import { canAsk, createPrompts } from "../prompts.ts";
import { requireType } from "../require-type.ts";
import { refusedValues, type SetUpResult, setUpCredential } from "../set-up-credential.ts";
import { missingFields, storedValues } from "../stored-values.ts";
import type { Terminal } from "../terminal.ts";

export type AddOptions = GivenOptions & {
  /** False after --no-check. */
  readonly check: boolean;
  readonly json?: boolean;
};

type Add = {
  readonly store: string;
  readonly ref: CredentialRef;
  readonly type: CredentialType;
  readonly options: AddOptions;
};

/** `al creds add`: returns the exit status. */
export async function credsAdd(
  input: { readonly ref: string; readonly options: AddOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const ref = parseRef(input.ref);
  const type = requireType(ref.type);
  const { store } = readSettings(io.variables);
  const add = { store, ref, type, options: input.options };
  const given = input.options.fromFile !== undefined || input.options.stdin !== undefined;
  const result =
    given || !canAsk(io) ? await storeGiven(add, io, terminal) : await ask(add, io, terminal);
  await show(add, result, terminal);
  return 0;
}

async function ask(add: Add, io: Io, terminal: Terminal): Promise<SetUpResult> {
  const asking = { io, terminal, prompts: await createPrompts(io) };
  return setUpCredential({ ...add, check: add.options.check }, asking);
}

/** Without questions: what the command line names, laid over what is stored. */
async function storeGiven(
  { store, ref, type, options }: Add,
  io: Io,
  terminal: Terminal,
): Promise<SetUpResult> {
  const values = await readGivenFields(type, options, io);
  const merged = new Map([...(await storedValues(store, ref)), ...values]);
  const missing = missingFields(type, merged);
  if (values.size === 0 || missing.length > 0)
    throw notGiven(type, ref, { given: [...values.keys()], missing });
  const check = options.check ? await checkValues(type.id, merged, io) : undefined;
  if (check !== undefined) terminal.note(renderCheck(check, terminal));
  if (check?.outcome === "failed") throw refusedValues(ref, check);
  await writeInstance(store, ref, values);
  return { written: [...values.keys()], check, authType: undefined };
}

function notGiven(
  type: CredentialType,
  ref: CredentialRef,
  { given, missing }: { given: readonly string[]; missing: readonly string[] },
): UsageError {
  const fields = missing.length > 0 ? missing : type.fields.map(({ name }) => name);
  return new UsageError({
    what: `No value is given for ${fields.join(", ")} of ${formatRef(ref)}`,
    why:
      given.length === 0
        ? "standard input is not a terminal, so al cannot ask"
        : "the flags name only a part of its fields, and the others are not stored",
    remedy: flagsFor(formatRef(ref), [...given, ...fields]),
  });
}

async function show(add: Add, result: SetUpResult, terminal: Terminal): Promise<void> {
  const { store, ref, options } = add;
  const path = join(store, ref.type, ref.instance);
  if (options.json) {
    const fields = [...(await storedValues(store, ref)).keys()];
    terminal.json(document({ ref, path, fields, result }));
    return;
  }
  if (result.authType === "pi_auth") {
    terminal.note(
      'Nothing is stored. Write authType = "pi_auth" in [models.*] of config.toml.\nA job on Cloud Run has no pi sign-in: agents that run there need an API key.',
    );
    return;
  }
  terminal.result(
    result.written.length === 0
      ? `${formatRef(ref)}: nothing changed`
      : `${formatRef(ref)}: stored ${result.written.join(", ")} in ${path}`,
  );
  if (result.authType !== undefined) {
    terminal.note(`Write authType = "${result.authType}" in [models.*] of config.toml.`);
  }
}

const document = (shown: {
  ref: CredentialRef;
  path: string;
  fields: readonly string[];
  result: SetUpResult;
}): object => ({
  ref: formatRef(shown.ref),
  path: shown.path,
  fields: shown.fields,
  written: shown.result.written,
  ...(shown.result.authType === undefined ? {} : { authType: shown.result.authType }),
  check: shown.result.check ?? UNCHECKED,
});

const UNCHECKED: CheckResult = { outcome: "none", checked: "not checked" };
