const PATTERN =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?([Zz]|[+-]\d{2}:\d{2})?$/;

/** Nanoseconds since the epoch of an RFC 3339 time or a date, or undefined if it is neither. */
export function parseLogTime(text: string): bigint | undefined {
  const parts = PATTERN.exec(text);
  if (parts === null) return undefined;
  const [, day = "", minute = "00:00", second = "00", fraction = "", zone = "Z"] = parts;
  const milliseconds = Date.parse(`${day}T${minute}:${second}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** A time in the form that proto3 JSON has for `google.protobuf.Timestamp`. */
export const formatLogTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
