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

/** What `al` prints: results on stdout, everything about the work on stderr. Colours only where a person looks. */
export class Terminal {
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #colours: boolean;

  constructor(streams: { stdout: Output; stderr: Output; noColour: boolean }) {
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    this.#colours = streams.stderr.isTTY === true && !streams.noColour;
  }

  /** One line of a result. */
  result(line: string): void {
    this.#stdout.write(`${line}\n`);
  }

  /** The one document of `--json`. */
  json(document: unknown): void {
    this.#stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }

  /** One line about the work. */
  note(line: string): void {
    this.#stderr.write(`${line}\n`);
  }

  /** Text in a colour, or plain where colours are not shown. For stderr. */
  styled(style: Style, text: string): string {
    return this.#colours ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }
}
