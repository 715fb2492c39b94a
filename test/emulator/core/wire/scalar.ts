/** What a field of this scalar type may be in proto3 JSON; undefined means: not of that type. */
export function readScalar(type: string, json: unknown): string | number | boolean | undefined {
  switch (type) {
    case "string":
      return typeof json === "string" ? json : undefined;
    case "bool":
      return typeof json === "boolean" ? json : undefined;
    case "bytes":
      return readBytes(json);
    case "float":
    case "double":
      return readFloat(json);
    default:
      return readInteger(type, json);
  }
}

// Both alphabets and missing padding are accepted (protobuf.dev, ProtoJSON format, `bytes`).
function readBytes(json: unknown): string | undefined {
  if (typeof json !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(json)) return undefined;
  const digits = json.replaceAll("=", "");
  return digits.length % 4 === 1 ? undefined : Buffer.from(digits, "base64").toString("base64");
}

function readFloat(json: unknown): number | string | undefined {
  if (json === "NaN" || json === "Infinity" || json === "-Infinity") return json;
  const number = typeof json === "string" && json.trim() !== "" ? Number(json) : json;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  signed32: [-(2n ** 31n), 2n ** 31n - 1n],
  unsigned32: [0n, 2n ** 32n - 1n],
  signed64: [-(2n ** 63n), 2n ** 63n - 1n],
  unsigned64: [0n, 2n ** 64n - 1n],
};

function readInteger(type: string, json: unknown): number | string | undefined {
  const digits = typeof json === "number" ? integerDigits(json) : json;
  if (typeof digits !== "string" || !/^-?\d{1,20}$/.test(digits)) return undefined;
  const isUnsigned = type.startsWith("u") || type.startsWith("fixed");
  const is64 = type.endsWith("64");
  const [low, high] = RANGES[`${isUnsigned ? "unsigned" : "signed"}${is64 ? "64" : "32"}`] ?? [];
  const value = BigInt(digits);
  if (low === undefined || high === undefined || value < low || value > high) return undefined;
  // 64-bit integers are strings in JSON.
  return is64 ? value.toString() : Number(value);
}

const integerDigits = (json: number): string | undefined =>
  Number.isSafeInteger(json) ? json.toString() : undefined;
