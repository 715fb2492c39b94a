import { stat } from "node:fs/promises";
import type { FieldType } from "../credentials/credential-type.ts";
import { Secret } from "../credentials/secret.ts";
import { DataError } from "../errors.ts";
import type { Io } from "./io.ts";
import type { Choice, Prompts } from "./prompts.ts";
import type { Terminal } from "./terminal.ts";
import { expandPath, readValueFile } from "./value-file.ts";

/** What asking needs. */
export type Asking = {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly prompts: Prompts;
};

/** A field that is to be asked for. */
export type FieldQuestion = {
  readonly field: FieldType;
  /** What is stored of it. */
  readonly stored: Secret | undefined;
  /** Files that may hold it; offered where they exist. */
  readonly likelyFiles?: readonly string[];
};

/** The new value of a field; undefined: the stored one stays, or an optional one is left out. */
export async function askField(
  { field, stored, likelyFiles = [] }: FieldQuestion,
  asking: Asking,
): Promise<Secret | undefined> {
  if (isMultiLine(field)) return askLongValue({ field, stored, likelyFiles }, asking);
  const optional = field.optional === true || stored !== undefined;
  const hint = stored !== undefined ? " (Enter keeps the stored one)" : "";
  const message = `${field.label}${hint === "" && optional ? " (optional)" : hint}`;
  const value =
    field.kind === "plain"
      ? await askPlain(message, stored, { optional, prompts: asking.prompts })
      : await asking.prompts.hidden({ message, optional });
  return value.isEmpty ? undefined : value;
}

async function askPlain(
  message: string,
  stored: Secret | undefined,
  { optional, prompts }: { optional: boolean; prompts: Prompts },
): Promise<Secret> {
  // Plain fields may be shown, and a stored one is easier corrected than typed again.
  const initial = stored === undefined ? {} : { initial: stored.reveal().trim() };
  return new Secret(await prompts.text({ message, optional, ...initial }));
}

/** Keys and JSON have several lines. */
const isMultiLine = ({ kind, name }: FieldType): boolean => kind === "key" || name === "key_json";

const FILE = "file:";

async function askLongValue(
  { field, stored, likelyFiles = [] }: FieldQuestion,
  { io, terminal, prompts }: Asking,
): Promise<Secret | undefined> {
  const there = await existing(likelyFiles, io);
  const choices: Choice<string>[] = [
    ...(stored === undefined ? [] : [{ value: "keep", label: "Keep the stored one" }]),
    ...there.map((path) => ({ value: `${FILE}${path}`, label: `Use ${path}` })),
    { value: "paste", label: "Paste it", hint: "several lines" },
    { value: "path", label: "Read it from a file" },
    ...(field.optional ? [{ value: "none", label: "Leave it out" }] : []),
  ];
  for (;;) {
    const choice = await prompts.choose({ message: field.label, choices });
    if (choice === "keep" || choice === "none") return undefined;
    const path = choice === "path" ? await askPath(field, prompts) : choice.slice(FILE.length);
    const pasted = choice === "paste" || path === "-";
    try {
      const value = await (pasted
        ? prompts.lines({ message: field.label })
        : readValueFile(path, io));
      if (!value.isEmpty) return value;
      terminal.note("The value is empty. Try again.");
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      terminal.note(`${error.message}: ${error.why ?? ""}`);
    }
  }
}

const askPath = (field: FieldType, prompts: Prompts): Promise<string> =>
  prompts.text({ message: `Path of the file with the ${field.label} (- to paste)` });

async function existing(paths: readonly string[], io: Io): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      stat(expandPath(path, io)).then(
        (entry) => entry.isFile(),
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => found[index]);
}
