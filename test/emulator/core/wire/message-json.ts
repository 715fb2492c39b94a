import type { protobuf } from "google-gax";
import { fromProto3JSON, type JSONObject, toProto3JSON } from "proto3-json-serializer";
import { GoogleError } from "../google-error.ts";
import type { Json } from "../handler.ts";
import { MessageReader } from "./message-reader.ts";
import { isTooDeep } from "./nesting.ts";
import { Violations } from "./violations.ts";

/** Checks JSON that a client sent and gives it the one form that handlers see. */
export function requestFromJson(type: protobuf.Type, json: unknown): Json {
  if (isTooDeep(json))
    throw new GoogleError(
      "INVALID_ARGUMENT",
      "Invalid JSON payload received. Nesting is too deep.",
    );
  return canonical(type, toMessage(type, json));
}

/** Decodes a gRPC request into the same form; throws INVALID_ARGUMENT for bytes that are no such message. */
export function requestFromBytes(type: protobuf.Type, bytes: Uint8Array): Json {
  const request = decoded(type, bytes);
  if (isTooDeep(request)) throw new GoogleError("INVALID_ARGUMENT", "Nesting is too deep.");
  return request;
}

function decoded(type: protobuf.Type, bytes: Uint8Array): Json {
  try {
    return canonical(type, type.decode(bytes));
  } catch (cause) {
    if (cause instanceof GoogleError) throw cause;
    // Bytes that are no message, or one so deep that decoding it ran out of stack.
    const refusal = new GoogleError("INVALID_ARGUMENT", "Request could not be decoded.");
    refusal.cause = cause;
    throw refusal;
  }
}

/** A handler's reply for gRPC; a field that the message does not have is an error of the handler. */
export const replyToBytes = (type: protobuf.Type, reply: Json): Uint8Array =>
  type.encode(toMessage(type, reply)).finish();

/** A handler's reply for REST, as Google writes it: zeros and empty collections are left out. */
export const replyToJson = (
  type: protobuf.Type,
  reply: Json,
  options: { readonly numericEnums: boolean },
): Json => canonical(type, toMessage(type, reply), options);

function toMessage(type: protobuf.Type, json: unknown): protobuf.Message {
  const message = fromProto3JSON(type, checked(type, json) as JSONObject);
  if (message === null) throw new Error(`${type.fullName} cannot be null`);
  return message;
}

// The serializer fills empty maps and ignores unknown fields, so its result goes through our reader too.
const canonical = (
  type: protobuf.Type,
  message: protobuf.Message,
  options: { readonly numericEnums: boolean } = { numericEnums: false },
): Json => checked(type, toProto3JSON(message, options));

function checked(type: protobuf.Type, json: unknown): Json {
  const violations = new Violations();
  const message = new MessageReader(violations).read(type, json, "");
  violations.throwIfAny();
  return message;
}
