// Cloud Logging takes entries of up to 256 KiB: https://cloud.google.com/logging/quotas
const LONGEST_LINE_BYTES = 256 * 1024;

/** Cuts a byte stream into lines; bytes of one character are never torn apart by a chunk's border. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #pending = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes and hands out every line they complete. */
  push(chunk: Buffer): void {
    let rest = Buffer.concat([this.#pending, chunk]);
    for (let cut = cutOf(rest); cut !== undefined; cut = cutOf(rest)) {
      this.#onLine(rest.subarray(0, cut.end).toString("utf8"));
      rest = rest.subarray(cut.next);
    }
    this.#pending = rest;
  }

  /** Hands out what came after the last newline. */
  end(): void {
    if (this.#pending.length > 0) this.#onLine(this.#pending.toString("utf8"));
    this.#pending = Buffer.alloc(0);
  }
}

function cutOf(bytes: Buffer): { end: number; next: number } | undefined {
  const newline = bytes.indexOf(0x0a);
  if (newline !== -1 && newline <= LONGEST_LINE_BYTES) return { end: newline, next: newline + 1 };
  if (bytes.length <= LONGEST_LINE_BYTES) return undefined;
  const end = characterBorder(bytes, LONGEST_LINE_BYTES);
  return { end, next: end };
}

function characterBorder(bytes: Buffer, at: number): number {
  let border = at;
  while (border > at - 4 && ((bytes[border] ?? 0) & 0xc0) === 0x80) border -= 1;
  return border > at - 4 ? border : at;
}
