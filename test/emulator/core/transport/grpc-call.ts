import { grpc } from "google-gax";
import type { Arrival } from "../calls/answer.ts";
import type { GoogleError } from "../google-error.ts";
import type { ApiMethod } from "../wire/api-definitions.ts";
import { statusDetails } from "../wire/status-details.ts";

type Call = Pick<grpc.ServerUnaryCall<Buffer, Buffer>, "metadata"> & {
  on(event: "cancelled", listener: () => void): unknown;
};

/** The transport-free view of a gRPC call. */
export function arrivalOf(method: ApiMethod, call: Call): Arrival {
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  const [authorization] = call.metadata.get("authorization");
  return {
    method,
    transport: "grpc",
    authorization: authorization?.toString(),
    gone: gone.signal,
  };
}

/** The same error as REST answers, in trailers. */
export function toServiceError(error: GoogleError): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  if (error.details.length > 0) metadata.set("grpc-status-details-bin", statusDetails(error));
  return { code: error.grpcCode, details: error.message, metadata };
}
