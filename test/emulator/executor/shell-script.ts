/** A list of commands for `sh`, each word quoted, that ends at the first one that fails. */
export class ShellScript {
  readonly #lines: string[] = ["set -e", "umask 022"];

  run(...words: readonly string[]): void {
    this.#lines.push(words.map(quote).join(" "));
  }

  /** Empty files to mount others over. A redirection starts no program, and programs are what a sandbox's start takes its time for. */
  makeFiles(paths: readonly string[]): void {
    for (const path of paths) this.#lines.push(`: >${quote(path)}`);
  }

  /** The second command only if the first one fails, whose complaint is dropped. */
  runEither(first: readonly string[], second: readonly string[]): void {
    const [one, other] = [first, second].map((words) => words.map(quote).join(" "));
    this.#lines.push(`${one} 2>/dev/null || ${other}`);
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

/** `mount` that neither reads fstab nor writes mtab nor calls a helper program. */
export const MOUNT = ["mount", "--no-mtab", "--internal-only", "--options-source=disable"] as const;

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
