import { protobuf } from "google-gax";
import type { Json } from "../handler.ts";
import type { HttpBinding } from "./api-definitions.ts";
import { findField, jsonName } from "./field-names.ts";
import type { PathVariables } from "./path-template.ts";
import { Violations } from "./violations.ts";

export type RestInput = {
  readonly binding: HttpBinding;
  readonly variables: PathVariables;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined when there was none. */
  readonly body: unknown;
};

// System parameters (cloud.google.com/apis/docs/system-parameters) are not fields of the request.
const SYSTEM_PARAMETERS = new Set(
  "alt $alt key access_token oauth_token fields $fields prettyPrint $prettyPrint pp callback $callback quotaUser $.xgafv upload_protocol uploadType".split(
    " ",
  ),
);

/** Puts body, query and path together as one request (googleapis google/api/http.proto, HttpRule). */
export function restRequest(type: protobuf.Type, input: RestInput): unknown {
  const { binding, variables, query, body } = input;
  const request = binding.body === "*" ? (body ?? {}) : {};
  if (typeof request !== "object" || request === null || Array.isArray(request)) return request;
  const fields: Json = { ...request };
  if (binding.body !== undefined && binding.body !== "*" && body !== undefined)
    fields[jsonName(binding.body)] = body;
  addQuery(fields, { type, query });
  for (const [path, value] of variables) put(fields, path.split(".").map(jsonName), value);
  return fields;
}

function addQuery(
  fields: Json,
  { type, query }: { type: protobuf.Type; query: URLSearchParams },
): void {
  const violations = new Violations();
  for (const name of new Set(query.keys())) {
    if (SYSTEM_PARAMETERS.has(name)) continue;
    const path = name.split(".");
    const field = fieldAt(type, path);
    if (field === undefined) violations.unknownQuery(name);
    else {
      const values = query.getAll(name).map((text) => parameter(field, text));
      put(fields, path.map(jsonName), field.repeated ? values : values.at(-1));
    }
  }
  violations.throwIfAny();
}

function fieldAt(type: protobuf.Type, path: readonly string[]): protobuf.Field | undefined {
  const [name = "", ...rest] = path;
  const field = findField(type, name);
  if (rest.length === 0 || field === undefined) return field;
  return field.resolvedType instanceof protobuf.Type
    ? fieldAt(field.resolvedType, rest)
    : undefined;
}

/** A parameter is text; booleans and enum numbers become what JSON would carry. */
function parameter(field: protobuf.Field, text: string): unknown {
  if (field.type === "bool" && /^(true|false)$/.test(text)) return text === "true";
  return field.resolvedType instanceof protobuf.Enum && /^\d+$/.test(text) ? Number(text) : text;
}

function put(fields: Json, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    fields[name] = value;
    return;
  }
  const inner = fields[name] ?? {};
  // Anything but an object is wrong and stays, for the reader to refuse.
  if (typeof inner !== "object" || Array.isArray(inner)) return;
  fields[name] = { ...inner };
  put(fields[name], rest, value);
}
