import { protobuf } from "google-gax";
import { fromProto3JSON, type JSONObject } from "proto3-json-serializer";
import type { GoogleError } from "../google-error.ts";

// googleapis google/rpc/status.proto and error_details.proto, as far as the emulator uses them.
const { root } = protobuf.parse(`
  syntax = "proto3";
  package google.rpc;
  message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message RetryInfo { google.protobuf.Duration retry_delay = 1; }
  message BadRequest {
    message FieldViolation { string field = 1; string description = 2; }
    repeated FieldViolation field_violations = 1;
  }
  message QuotaFailure {
    message Violation { string subject = 1; string description = 2; }
    repeated Violation violations = 1;
  }
  message PreconditionFailure {
    message Violation { string type = 1; string subject = 2; string description = 3; }
    repeated Violation violations = 1;
  }
  message Help {
    message Link { string description = 1; string url = 2; }
    repeated Link links = 1;
  }
`);
for (const name of ["any", "duration"]) {
  const { nested } = protobuf.common.get(`google/protobuf/${name}.proto`) ?? {};
  root.addJSON(nested ?? {});
}
root.resolveAll();

/** The `grpc-status-details-bin` trailer of an error: google.rpc.Status with its details. */
export function statusDetails({ grpcCode, message, details }: GoogleError): Buffer {
  const type = root.lookupType("google.rpc.Status");
  const status = fromProto3JSON(type, {
    code: grpcCode,
    message,
    details: [...details] as JSONObject[],
  });
  if (status === null) throw new Error("an error status cannot be empty");
  return Buffer.from(type.encode(status).finish());
}
