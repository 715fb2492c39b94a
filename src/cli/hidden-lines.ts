import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { Secret } from "../credentials/secret.ts";
import { PromptCancelled } from "./prompt-cancelled.ts";

/** A stream that is a terminal can hand over keys one by one, without showing them. */
type Keys = Readable & { setRawMode?(raw: boolean): unknown };

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const BACKSPACE = /[\b\u007f]/;
/** What terminals send around a pasted text when they are asked to. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is sought
const PASTE_MARKS = /\u001b\[20[01]~/g;

/**
 * Reads lines that are not shown, up to a line with a single dot or Ctrl-D. The terminal's own line editor is not used: it would
 * show the value and cut lines at 4096 characters.
 */
export function readHiddenLines(
  message: string,
  { input, output }: { input: Keys; output: Writable },
): Promise<Secret> {
  return new Promise((resolve, reject) => {
    const typed = new TypedLines();
    // A character may be cut in two by the pieces in which a terminal hands over what is pasted.
    const decoder = new StringDecoder("utf8");
    const finish = (settle: () => void): void => {
      input.setRawMode?.(false);
      input.off("data", read);
      input.off("end", end);
      input.pause();
      output.write(`${typed.summary}\n`);
      settle();
    };
    const end = (): void => finish(() => resolve(new Secret(typed.value)));
    const read = (chunk: Buffer): void => {
      const state = typed.add(decoder.write(Buffer.from(chunk)));
      if (state === "cancelled") finish(() => reject(new PromptCancelled()));
      if (state === "complete") end();
    };
    // Before the question, or what is pasted at once would be shown.
    input.setRawMode?.(true);
    output.write(
      `${message}\nPaste it; nothing is shown. End with a line that is a single dot, or with Ctrl-D.\n`,
    );
    input.on("data", read);
    input.on("end", end);
    input.resume();
  });
}

/** Lines as they are typed or pasted. */
export class TypedLines {
  #lines: string[] = [];
  #line = "";

  /** Takes more keys; keys behind the end are dropped. */
  add(keys: string): "open" | "complete" | "cancelled" {
    for (const key of keys.replace(PASTE_MARKS, "").replaceAll("\r\n", "\n")) {
      if (key === CTRL_C) return "cancelled";
      if (key === CTRL_D) return "complete";
      if (key === "\n" || key === "\r") {
        if (this.#line.trim() === ".") {
          this.#line = "";
          return "complete";
        }
        this.#lines.push(this.#line);
        this.#line = "";
      } else if (BACKSPACE.test(key)) this.#line = this.#line.slice(0, -1);
      else this.#line += key;
    }
    return "open";
  }

  get value(): string {
    return [...this.#lines, this.#line].join("\n").trim();
  }

  /** How much was read, since nothing of it is shown. */
  get summary(): string {
    if (this.value === "") return "Nothing was read.";
    const lines = this.value.split("\n").length;
    return `Read ${lines} ${lines === 1 ? "line" : "lines"}, ${this.value.length} characters.`;
  }
}
