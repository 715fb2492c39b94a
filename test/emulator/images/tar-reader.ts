/** One member of an archive, with the long names of pax and GNU put in. */
export type TarMember = {
  readonly path: string;
  /** The type flag of ustar: `0` file, `1` hard link, `2` symbolic link, `5` directory, others as they are. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedS: number;
  readonly link: string;
  readonly bytes: Buffer;
};

const BLOCK = 512;

type Long = { path?: string; linkpath?: string; size?: number; uid?: number; gid?: number };

/** Every member in order; throws for what is no archive or is cut off. */
export function* readTar(archive: Buffer): Generator<TarMember> {
  let long: Long = {};
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return;
    checkSum(block);
    const type = String.fromCharCode(block[156] ?? 0).replace("\0", "0");
    const size =
      (type === "x" || type === "L" || type === "K" ? undefined : long.size) ??
      number(block, 124, 12);
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (bytes.length < size) throw new Error("the archive is cut off");
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "x") long = { ...long, ...paxOf(bytes) };
    else if (type === "L") long = { ...long, path: cString(bytes) };
    else if (type === "K") long = { ...long, linkpath: cString(bytes) };
    else if (type !== "g") {
      yield { ...plain(block, type), bytes, ...longNames(long) };
      long = {};
    }
  }
}

const longNames = ({ path, linkpath, uid, gid }: Long): Partial<TarMember> => ({
  ...(path !== undefined && { path }),
  ...(linkpath !== undefined && { link: linkpath }),
  ...(uid !== undefined && { uid }),
  ...(gid !== undefined && { gid }),
});

function plain(block: Buffer, type: string): Omit<TarMember, "bytes"> {
  const isUstar = block.toString("latin1", 257, 262) === "ustar";
  const isGnu = block.toString("latin1", 257, 265) === "ustar  \0";
  const prefix = isUstar && !isGnu ? cString(block.subarray(345, 500)) : "";
  const name = cString(block.subarray(0, 100));
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    type,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    modifiedS: number(block, 136, 12),
    link: cString(block.subarray(157, 257)),
  };
}

const cString = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
};

function number(block: Buffer, at: number, width: number): number {
  const field = block.subarray(at, at + width);
  // GNU writes what is too large for octal digits in base 256, marked by the first bit.
  if (((field[0] ?? 0) & 0x80) !== 0)
    return Number(BigInt(`0x${field.subarray(1).toString("hex")}`));
  const digits = cString(field).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error("the layer is no tar archive");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function checkSum(block: Buffer): void {
  const own = block.reduce(
    (sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte),
    0,
  );
  if (own !== number(block, 148, 8)) throw new Error("the layer is no tar archive");
}

// `<length> <key>=<value>\n`, the length counting the whole record in bytes (pax, POSIX.1-2001).
function paxOf(bytes: Buffer): Long {
  const found: Long = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    if (space === -1 || !(length > 0)) throw new Error("the archive has a malformed pax header");
    const record = bytes.toString("utf8", space + 1, at + length - 1);
    const key = record.slice(0, record.indexOf("="));
    const value = record.slice(key.length + 1);
    if (key === "path" || key === "linkpath") found[key] = value;
    if (key === "size" || key === "uid" || key === "gid") found[key] = Number(value);
    at += length;
  }
  return found;
}
