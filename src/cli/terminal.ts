import type { Writable } from "node:stream";

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean };

export type Style = "dim" | "red" | "green" | "yellow" | "bold";

const CODES: Readonly<Record<Style, string>> = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
};

/** Keys of a document whose values are names of al's and Google's, to be used again: a short secret may happen to be a part of one. */
const NAMES: ReadonlySet<string> = new Set([
  ...["run", "agent", "job", "execution", "project", "region", "secret", "credential"],
  ...["state", "exitSource", "action", "id"],
]);

/** What `al` prints: results on stdout, everything about the work on stderr. Colours only where a person looks. */
export class Terminal {
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #colours: boolean;
  #mask: (text: string) => string = (text) => text;

  constructor(streams: { stdout: Output; stderr: Output; noColour: boolean }) {
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    this.#colours = streams.stderr.isTTY === true && !streams.noColour;
  }

  /** From now on nothing that the mask hides is shown, whoever says it: an unforeseen error, too. */
  hide(mask: (text: string) => string): void {
    this.#mask = mask;
  }

  /** One line of a result. */
  result(line: string): void {
    this.#stdout.write(`${this.#mask(line)}\n`);
  }

  /** The one document of `--json`. */
  json(document: unknown): void {
    const masked = (key: string, value: unknown): unknown =>
      typeof value === "string" && !NAMES.has(key) ? this.#mask(value) : value;
    this.#stdout.write(`${JSON.stringify(document, masked, 2)}\n`);
  }

  /** One line about the work. */
  note(line: string): void {
    this.#stderr.write(`${this.#mask(line)}\n`);
  }

  /** Text in a colour, or plain where colours are not shown. For stderr. */
  styled(style: Style, text: string): string {
    return this.#colours ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }
}
