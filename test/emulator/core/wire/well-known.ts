/** Types whose JSON form is not an object of their fields: read returns undefined when it is not one. */
type Reader = (json: unknown) => unknown;

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

const matching =
  (pattern: RegExp): Reader =>
  (json) =>
    typeof json === "string" && pattern.test(json) ? json : undefined;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const readTimestamp: Reader = (json) =>
  typeof json === "string" && RFC3339.test(json) && Number.isFinite(Date.parse(json))
    ? json
    : undefined;

const WELL_KNOWN: Readonly<Record<string, Reader>> = {
  ".google.protobuf.Timestamp": readTimestamp,
  ".google.protobuf.Duration": matching(/^-?\d{1,12}(?:\.\d{1,9})?s$/),
  ".google.protobuf.FieldMask": matching(/^[A-Za-z0-9_.,*]*$/),
  ".google.protobuf.Struct": (json) => (isObject(json) ? json : undefined),
  ".google.protobuf.ListValue": (json) => (Array.isArray(json) ? json : undefined),
  ".google.protobuf.Value": (json) => json,
};

/** The reader of a well-known type's JSON form, if the type has one of its own. */
export const wellKnownReader = (fullName: string): Reader | undefined => WELL_KNOWN[fullName];

/** `google.protobuf.StringValue` and its kin are the bare scalar in JSON. */
export const wrappedScalar = (fullName: string): string | undefined =>
  /^\.google\.protobuf\.(String|Bool|Bytes|Int32|Int64|UInt32|UInt64|Float|Double)Value$/
    .exec(fullName)?.[1]
    ?.toLowerCase();
