/** A value that Terraform does not know yet ("known after apply"). */
export const UNKNOWN = Symbol("known after apply");

/** What a resource's attributes and blocks hold. */
export type Dynamic =
  | typeof UNKNOWN
  | null
  | boolean
  | number
  | string
  | readonly Dynamic[]
  | { readonly [name: string]: Dynamic };

/**
 * Reads MessagePack as far as Terraform uses it for the google provider; an extension is an unknown value
 * (https://github.com/msgpack/msgpack/blob/master/spec.md).
 */
export function decodeDynamic(bytes: Uint8Array): Dynamic {
  const buffer = Buffer.from(bytes);
  let at = 0;
  const unsigned = (size: 1 | 2 | 4): number => {
    at += size;
    return buffer.readUIntBE(at - size, size);
  };
  const text = (size: number): string => {
    at += size;
    return buffer.toString("utf8", at - size, at);
  };
  const list = (size: number): Dynamic[] => Array.from({ length: size }, value);
  const table = (size: number): Dynamic =>
    Object.fromEntries(Array.from({ length: size }, () => [String(value()), value()]));
  const unknown = (size: number): typeof UNKNOWN => {
    at += 1 + size;
    return UNKNOWN;
  };
  const FORMS: Readonly<Record<number, () => Dynamic>> = {
    192: () => null,
    194: () => false,
    195: () => true,
    199: () => unknown(unsigned(1)),
    200: () => unknown(unsigned(2)),
    204: () => unsigned(1),
    205: () => unsigned(2),
    206: () => unsigned(4),
    212: () => unknown(1),
    213: () => unknown(2),
    214: () => unknown(4),
    215: () => unknown(8),
    216: () => unknown(16),
    217: () => text(unsigned(1)),
    218: () => text(unsigned(2)),
    219: () => text(unsigned(4)),
    220: () => list(unsigned(2)),
    222: () => table(unsigned(2)),
  };
  function value(): Dynamic {
    const form = unsigned(1);
    if (form < 0x80) return form;
    if (form < 0x90) return table(form & 0x0f);
    if (form < 0xa0) return list(form & 0x0f);
    if (form < 0xc0) return text(form & 0x1f);
    const read = FORMS[form];
    if (read === undefined) throw new Error(`MessagePack form ${form} is not known here.`);
    return read();
  }
  return value();
}

/** The same in reverse, always in the wide forms. */
export function encodeDynamic(value: Dynamic): Buffer {
  if (value === UNKNOWN) return Buffer.from([0xd4, 0, 0]);
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === "boolean") return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === "number") return headed(0xce, value);
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([headed(0xdb, text.length), text]);
  }
  if (isList(value))
    return Buffer.concat([headed(0xdd, value.length), ...value.map(encodeDynamic)]);
  const entries = Object.entries(value);
  const parts = entries.flatMap(([name, each]) => [encodeDynamic(name), encodeDynamic(each)]);
  return Buffer.concat([headed(0xdf, entries.length), ...parts]);
}

const isList = (value: Dynamic): value is readonly Dynamic[] => Array.isArray(value);

function headed(form: number, size: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(form);
  head.writeUInt32BE(size, 1);
  return head;
}
