import { GoogleError, type StatusName } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

/** The codes of opencontainers/distribution-spec, spec.md, "Error Codes", and two of Google's own, with their HTTP status. */
const CODES = {
  BLOB_UNKNOWN: [404, "NOT_FOUND"],
  BLOB_UPLOAD_INVALID: [416, "OUT_OF_RANGE"],
  BLOB_UPLOAD_UNKNOWN: [404, "NOT_FOUND"],
  DIGEST_INVALID: [400, "INVALID_ARGUMENT"],
  MANIFEST_BLOB_UNKNOWN: [400, "INVALID_ARGUMENT"],
  MANIFEST_INVALID: [400, "INVALID_ARGUMENT"],
  MANIFEST_UNKNOWN: [404, "NOT_FOUND"],
  NAME_INVALID: [400, "INVALID_ARGUMENT"],
  NAME_UNKNOWN: [404, "NOT_FOUND"],
  SIZE_INVALID: [400, "INVALID_ARGUMENT"],
  TAG_INVALID: [400, "INVALID_ARGUMENT"],
  UNSUPPORTED: [400, "FAILED_PRECONDITION"],
  GOOGLE_MANIFEST_DANGLING_TAG: [400, "FAILED_PRECONDITION"],
  GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE: [400, "FAILED_PRECONDITION"],
} as const satisfies Readonly<Record<string, readonly [http: number, status: StatusName]>>;

/** A refusal in the registry's own form; the journal shows it as the status that is nearest. */
export class RegistryError extends GoogleError {
  readonly code: keyof typeof CODES;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: keyof typeof CODES,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(CODES[code][1], message);
    this.name = "RegistryError";
    this.code = code;
    this.headers = headers;
  }

  override get httpStatus(): number {
    return CODES[this.code][0];
  }
}

/** Any refusal as the body of a registry's answer. */
export function registryErrors(error: GoogleError): Json {
  const { code, message } = wordsOf(error);
  return { errors: [{ code, message }] };
}

function wordsOf(error: GoogleError): { code: string; message: string } {
  if (error instanceof RegistryError) return { code: error.code, message: error.message };
  switch (error.status) {
    case "UNAUTHENTICATED":
      return { code: "UNAUTHORIZED", message: "No valid credential was supplied." };
    case "PERMISSION_DENIED":
      return { code: "DENIED", message: denialText(error) };
    case "RESOURCE_EXHAUSTED":
      return { code: "TOOMANYREQUESTS", message: error.message };
    default:
      return { code: "UNKNOWN", message: error.message };
  }
}

// In the form of argoproj/argo-cd#26260.
function denialText({ message, details }: GoogleError): string {
  const { permission, resource } = details[0]?.metadata ?? {};
  return permission === undefined || resource === undefined
    ? message
    : `Permission "${permission}" denied on resource "${resource}" (or it may not exist)`;
}
