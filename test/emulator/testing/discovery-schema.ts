import type { Json } from "../core/handler.ts";

/** A schema of a discovery document (developers.google.com/discovery/v1/type-format). */
export type Schema = {
  readonly type?: string;
  readonly $ref?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
};

export type Schemas = Readonly<Record<string, Schema>>;

const FORMATS: Readonly<Record<string, RegExp>> = {
  "google-datetime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/,
  "google-duration": /^-?\d+(\.\d{1,9})?s$/,
  "google-fieldmask": /^[\w.,]*$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  int64: /^-?\d{1,19}$/,
};

/** Everything about a value that its schema does not say, each with its place. */
export function violationsOf(value: unknown, schema: Schema, schemas: Schemas): string[] {
  return check(value, { schema, schemas, at: "" });
}

type Place = { readonly schema: Schema; readonly schemas: Schemas; readonly at: string };

function check(value: unknown, place: Place): string[] {
  const { schema, schemas, at } = place;
  if (schema.$ref !== undefined) {
    const target = schemas[schema.$ref];
    return target === undefined
      ? [`${at}: the schema ${schema.$ref} is missing`]
      : check(value, { ...place, schema: target });
  }
  switch (schema.type) {
    case "any":
      return [];
    case "array":
      return Array.isArray(value)
        ? value.flatMap((item, index) =>
            check(item, { schemas, schema: schema.items ?? {}, at: `${at}[${index}]` }),
          )
        : [`${at}: not a list`];
    case "object":
      return isObject(value) ? checkObject(value, place) : [`${at}: not an object`];
    case "string":
      return typeof value === "string" ? checkText(value, place) : [`${at}: not a string`];
    case "integer":
      return Number.isInteger(value) ? [] : [`${at}: not an integer`];
    default:
      return typeof value === schema.type ? [] : [`${at}: not a ${schema.type}`];
  }
}

function checkText(value: string, { schema, at }: Place): string[] {
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [`${at}: ${value} is not in the enum`];
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  return format === undefined || format.test(value) ? [] : [`${at}: no ${schema.format}: ${value}`];
}

function checkObject(value: Json, { schema, schemas, at }: Place): string[] {
  const typed = typeSchema(value["@type"], schemas);
  const { properties = {}, additionalProperties } = typed ?? schema;
  return Object.entries(value).flatMap(([name, each]) => {
    const inner = properties[name] ?? additionalProperties;
    const place = `${at}.${name}`;
    if (inner !== undefined) return check(each, { schema: inner, schemas, at: place });
    return typed !== undefined && name === "@type" ? [] : [`${place}: not in the schema`];
  });
}

/** The schema of what an Any holds, where the document has it: `…/google.cloud.run.v2.Job` is GoogleCloudRunV2Job. */
function typeSchema(url: unknown, schemas: Schemas): Schema | undefined {
  if (typeof url !== "string") return undefined;
  const parts = url.slice(url.lastIndexOf("/") + 1).split(".");
  return schemas[parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("")];
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
