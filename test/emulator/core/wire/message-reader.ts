import { protobuf } from "google-gax";
import type { Json } from "../handler.ts";
import { findField, protoName } from "./field-names.ts";
import { readScalar } from "./scalar.ts";
import type { Violations } from "./violations.ts";
import { wellKnownReader, wrappedScalar } from "./well-known.ts";

const isObject = (json: unknown): json is Json =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/**
 * Reads proto3 JSON strictly: unknown names, wrong types and two members of one oneof are violations.
 * What proto3 does not transmit (zeros without presence, empty lists and maps, null) is left out.
 */
export class MessageReader {
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  read(type: protobuf.Type, json: unknown, at: string): Json {
    if (!isObject(json)) {
      this.#violations.invalidValue(at, typeUrl(type));
      return {};
    }
    const message: Json = {};
    const oneofs = new Set<protobuf.OneOf>();
    for (const [name, value] of Object.entries(json)) {
      const field = findField(type, name);
      if (field === undefined) this.#violations.unknownName(name, at);
      else if (value !== null || isValue(field)) {
        this.#checkOneof(field, { oneofs, at });
        const read = this.#field(field, value, pathTo(field, at));
        if (read !== undefined && !isUntransmitted(field, read)) message[field.name] = read;
      }
    }
    return message;
  }

  #checkOneof(field: protobuf.Field, { oneofs, at }: { oneofs: Set<protobuf.OneOf>; at: string }) {
    const oneof = field.partOf;
    if (oneof === null) return;
    if (oneofs.has(oneof))
      this.#violations.secondOfOneof(at, {
        oneof: protoName(oneof.name),
        field: protoName(field.name),
      });
    oneofs.add(oneof);
  }

  #field(field: protobuf.Field, json: unknown, at: string): unknown {
    if (field.map) return this.#map(field, json, at);
    if (!field.repeated) return this.#value(field, json, at);
    if (Array.isArray(json))
      return json.map((item, index) => this.#value(field, item, `${at}[${index}]`));
    return this.#violations.invalidValue(at, "TYPE_LIST");
  }

  #map(field: protobuf.Field, json: unknown, at: string): unknown {
    if (!isObject(json)) return this.#violations.invalidValue(at, "TYPE_MAP");
    const entries = Object.entries(json).map(([key, value]) => [
      key,
      this.#value(field, value, `${at}[${JSON.stringify(key)}]`),
    ]);
    return Object.fromEntries(entries);
  }

  #value(field: protobuf.Field, json: unknown, at: string): unknown {
    const type = field.resolvedType;
    if (type instanceof protobuf.Enum) return this.#enum(type, json, at);
    if (type instanceof protobuf.Type) return this.#message(type, json, at);
    const scalar = readScalar(field.type, json);
    return scalar ?? this.#violations.invalidValue(at, `TYPE_${field.type.toUpperCase()}`);
  }

  #enum(type: protobuf.Enum, json: unknown, at: string): unknown {
    // Numbers that this version does not know are kept, as proto3 enums are open.
    const isKnown =
      typeof json === "string" ? Object.hasOwn(type.values, json) : Number.isInteger(json);
    return isKnown ? json : this.#violations.invalidValue(at, typeUrl(type));
  }

  #message(type: protobuf.Type, json: unknown, at: string): unknown {
    if (type.fullName === ".google.protobuf.Any") return this.#any(type, json, at);
    const wrapped = wrappedScalar(type.fullName);
    const readOwn = wellKnownReader(type.fullName);
    if (wrapped === undefined && readOwn === undefined) return this.read(type, json, at);
    const read = wrapped === undefined ? readOwn?.(json) : readScalar(wrapped, json);
    return read === undefined ? this.#violations.invalidValue(at, typeUrl(type)) : read;
  }

  #any(any: protobuf.Type, json: unknown, at: string): unknown {
    const { "@type": url, ...rest } = isObject(json) ? json : {};
    const type = typeof url === "string" ? lookupType(any.root, url) : undefined;
    if (type === undefined) return this.#violations.invalidValue(at, typeUrl(any));
    return { "@type": url, ...this.read(type, rest, at) };
  }
}

const lookupType = (root: protobuf.Root, url: string): protobuf.Type | undefined => {
  const found = root.lookup(url.slice(url.lastIndexOf("/") + 1), [protobuf.Type]);
  return found instanceof protobuf.Type ? found : undefined;
};

const typeUrl = (type: protobuf.ReflectionObject): string =>
  `type.googleapis.com/${type.fullName.slice(1)}`;

const pathTo = (field: protobuf.Field, at: string): string =>
  at === "" ? protoName(field.name) : `${at}.${protoName(field.name)}`;

const isValue = (field: protobuf.Field): boolean =>
  field.resolvedType?.fullName === ".google.protobuf.Value";

function isUntransmitted(field: protobuf.Field, value: unknown): boolean {
  if (field.map) return isObject(value) && Object.keys(value).length === 0;
  if (field.repeated) return Array.isArray(value) && value.length === 0;
  // Members of a oneof (proto3 `optional` is one) have presence: an explicit zero is a value.
  if (field.partOf !== null) return false;
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return value === 0 || value === type.valuesById[0];
  return (
    type === null &&
    [0, "", false, ...(field.type.endsWith("64") ? ["0"] : [])].includes(value as never)
  );
}
