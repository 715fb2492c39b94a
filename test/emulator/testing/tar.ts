/** One member of a tar archive. */
export type TarEntry = {
  readonly path: string;
  /** The type flag of ustar; a file unless said otherwise. */
  readonly type?: "0" | "1" | "2" | "3" | "5" | "6";
  readonly mode?: number;
  readonly uid?: number;
  readonly bytes?: Buffer | string;
  readonly link?: string;
};

const BLOCK = 512;

/** An archive in the format ustar (POSIX.1-1988), with the paths exactly as given. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const end = Buffer.alloc(2 * BLOCK);
  return Buffer.concat([...entries.map(member), end]);
}

function member(entry: TarEntry): Buffer {
  const bytes = Buffer.from(entry.bytes ?? "");
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return Buffer.concat([header(entry, bytes.length), bytes, padding]);
}

function header({ path, type = "0", mode, uid = 0, link = "" }: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width, "0")}\0`;
  block.write(path, 0, 100);
  block.write(octal(mode ?? (type === "5" ? 0o755 : 0o644), 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(uid, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write("ustar\0" + "00", 257);
  block.write(
    octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    ),
    148,
  );
  return block;
}
