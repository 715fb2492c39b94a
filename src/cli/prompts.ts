import type { Readable, Writable } from "node:stream";
import { Secret } from "../credentials/secret.ts";
import { readHiddenLines } from "./hidden-lines.ts";
import type { Io } from "./io.ts";
import { PromptCancelled } from "./prompt-cancelled.ts";

export type Choice<T extends string> = {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
};

type ChooseQuestion<T extends string> = {
  readonly message: string;
  readonly choices: readonly Choice<T>[];
  readonly initial?: T;
};

type SearchQuestion<T extends string> = {
  readonly message: string;
  readonly choices: readonly Choice<T>[];
  readonly search?: string;
};

/** Questions to a person, on the terminal. Each throws PromptCancelled when it is left with Ctrl-C. */
export type Prompts = {
  /** One visible line, trimmed. */
  text(question: {
    readonly message: string;
    readonly initial?: string;
    readonly optional?: boolean;
    /** Why an answer is not taken; continues "This". */
    readonly check?: (answer: string) => string | undefined;
  }): Promise<string>;
  /** One line that is shown as stars. */
  hidden(question: { readonly message: string; readonly optional?: boolean }): Promise<Secret>;
  /** Several lines that are not shown, ended by a line with a single dot or by Ctrl-D. */
  lines(question: { readonly message: string }): Promise<Secret>;
  choose<T extends string>(question: ChooseQuestion<T>): Promise<T>;
  /** A list that shrinks while a person types; `search` is what it begins with. */
  search<T extends string>(question: SearchQuestion<T>): Promise<T>;
  confirm(question: { readonly message: string; readonly initial: boolean }): Promise<boolean>;
};

/** Whether somebody is there to answer: questions are shown on stderr, so that stdout stays the result's. */
export const canAsk = (io: Io): boolean => io.stdinIsTerminal && io.stderr.isTTY === true;

/** Loads what draws the prompts, which no other command pays for. */
export async function createPrompts(io: Io): Promise<Prompts> {
  const clack = await import("@clack/prompts");
  const streams: { input: Readable; output: Writable } = { input: io.stdin, output: io.stderr };
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (typeof answer === "symbol") throw new PromptCancelled();
    return answer as Exclude<T, symbol>;
  };
  const required = (optional: boolean | undefined) => (value: string | undefined) =>
    optional || (value ?? "").trim() !== "" ? undefined : "A value is needed.";
  return {
    async text({ message, initial, optional, check }) {
      const start = initial === undefined ? {} : { initialValue: initial };
      const validate = (value: string | undefined) =>
        required(optional)(value) ?? complaint(check?.((value ?? "").trim()));
      return answered(await clack.text({ ...streams, ...start, message, validate })).trim();
    },
    async hidden({ message, optional }) {
      const validate = required(optional);
      const answer = await clack.password({ ...streams, message, mask: "*", validate });
      return new Secret(answered(answer).trim());
    },
    lines: ({ message }) => readHiddenLines(message, streams),
    async choose<T extends string>({ message, choices, initial }: ChooseQuestion<T>) {
      const start = initial === undefined ? {} : { initialValue: initial };
      const options = choices.map((choice) => ({ ...choice })) as never;
      return answered(await clack.select<T>({ ...streams, ...start, message, options }));
    },
    async search<T extends string>({ message, choices, search }: SearchQuestion<T>) {
      const start = search === undefined ? {} : { initialUserInput: search };
      const options = choices.map((choice) => ({ ...choice })) as never;
      const validate = (value: unknown) =>
        value === undefined ? "Nothing is chosen. Type less, or move with the arrows." : undefined;
      return answered(
        await clack.autocomplete<T>({
          ...streams,
          ...start,
          message,
          options,
          validate,
          maxItems: 10,
          filter: (words, option) => isMatch(words, option),
        }),
      );
    },
    async confirm({ message, initial }) {
      return answered(await clack.confirm({ ...streams, message, initialValue: initial }));
    },
  };
}

const complaint = (why: string | undefined): string | undefined =>
  why === undefined ? undefined : `This ${why}.`;

/** Every word that was typed is somewhere in the line or in the value itself. */
const isMatch = (
  words: string,
  option: { value: unknown; label?: string; hint?: string },
): boolean => {
  const line = `${String(option.value)} ${option.label ?? ""} ${option.hint ?? ""}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => line.includes(word));
};
