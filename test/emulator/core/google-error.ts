import type { Json } from "./handler.ts";

/** The canonical codes of google.rpc.Code with the HTTP status that its comments give to each. */
const STATUSES = {
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  DATA_LOSS: { grpc: 15, http: 500 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

export type StatusName = keyof typeof STATUSES;

export const isStatusName = (name: unknown): name is StatusName =>
  typeof name === "string" && Object.hasOwn(STATUSES, name);

/** A refusal in Google's own form: the same status, text and details over gRPC, REST and in operations. */
export class GoogleError extends Error {
  readonly status: StatusName;
  /** google.rpc details, each with its `@type`, e.g. `type.googleapis.com/google.rpc.ErrorInfo`. */
  readonly details: readonly Json[];

  constructor(status: StatusName, message: string, details: readonly Json[] = []) {
    super(message);
    this.name = "GoogleError";
    this.status = status;
    this.details = details;
  }

  get grpcCode(): number {
    return STATUSES[this.status].grpc;
  }

  get httpStatus(): number {
    return STATUSES[this.status].http;
  }
}
