import type { CredentialType } from "../credentials/credential-type.ts";
import type { Secret } from "../credentials/secret.ts";
import { shellWord } from "../credentials/shell-word.ts";
import { DataError, UsageError } from "../errors.ts";
import type { Io } from "./io.ts";
import { canAsk, createPrompts } from "./prompts.ts";
import { readValueFile, readValueStdin } from "./value-file.ts";

export type GivenOptions = {
  /** `field=path` each. */
  readonly fromFile?: readonly string[];
  /** A field's name. */
  readonly stdin?: string;
};

/** Where the command line says that a field's value is. */
type Source = { readonly field: string; readonly path: string };

const STDIN = "-";

/**
 * The values that the command line names, by field.
 * @throws UsageError for a field that the type does not have or that is named twice; DataError for a value that is empty or unreadable
 */
export async function readGivenFields(
  type: CredentialType,
  options: GivenOptions,
  io: Io,
): Promise<Map<string, Secret>> {
  const sources = (options.fromFile ?? []).map(parseSource);
  if (options.stdin !== undefined) sources.push({ field: options.stdin, path: STDIN });
  requireDistinct(type, sources);
  const values = new Map<string, Secret>();
  for (const { field, path } of sources) {
    const value = path === STDIN ? await readStdin(field, io) : await readValueFile(path, io);
    if (value.isEmpty) throw emptyValue(field, path);
    values.set(field, value);
  }
  return values;
}

function parseSource(text: string): Source {
  const equals = text.indexOf("=");
  if (equals > 0 && equals < text.length - 1) {
    return { field: text.slice(0, equals), path: text.slice(equals + 1) };
  }
  throw new UsageError({
    what: `--from-file ${JSON.stringify(text)} is not of the form field=path`,
    remedy: "Write, for example: --from-file key_json=key.json",
  });
}

function requireDistinct(type: CredentialType, sources: readonly Source[]): void {
  const known = type.fields.map(({ name }) => name);
  const names = sources.map(({ field }) => field);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError({
      what: `${type.id} has no field "${unknown}"`,
      why: `its fields are: ${known.join(", ")}`,
      remedy: `Name one of them, for example: --from-file ${known[0]}=path`,
    });
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const input = sources.filter(({ path }) => path === STDIN);
  if (twice === undefined && input.length < 2) return;
  throw new UsageError({
    what:
      twice === undefined
        ? "Standard input can hold only one field's value"
        : `The field ${twice} is given twice`,
    remedy: "Give each field once, and all but one of them with --from-file field=path.",
  });
}

/** A person who types a value is not shown it. */
async function readStdin(field: string, io: Io): Promise<Secret> {
  if (!canAsk(io)) return readValueStdin(io);
  return (await createPrompts(io)).lines({ message: field });
}

const emptyValue = (field: string, path: string): DataError =>
  new DataError({
    what: `The value of ${field} is empty`,
    why: path === STDIN ? "standard input held nothing but blanks" : `${path} holds only blanks`,
    remedy: 'Give the value itself, for example: printf %s "$VALUE" | al creds add … --stdin field',
  });

/** What to type instead of answering prompts. */
export const flagsFor = (ref: string, fields: readonly string[]): string =>
  fields.length === 1
    ? `al creds add ${shellWord(ref)} --stdin ${fields[0]} < value.txt`
    : `al creds add ${shellWord(ref)} ${fields.map((field) => `--from-file ${field}=path`).join(" ")}`;
