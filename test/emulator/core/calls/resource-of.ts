import type { Json } from "../handler.ts";

/** The resource that a request names, as the caller wrote it; the journal shows nothing else of a request. */
export function resourceOf(request: Json): string {
  const named = [
    request.name,
    request.job?.name,
    request.secret?.name,
    childOf(request),
    request.resource,
    request.resourceNames?.[0],
    request.logName,
  ];
  return named.find((name) => typeof name === "string" && name !== "") ?? "";
}

const childOf = ({ parent, jobId, secretId }: Json): string | undefined => {
  if (jobId !== undefined) return `${parent}/jobs/${jobId}`;
  return secretId === undefined ? parent : `${parent}/secrets/${secretId}`;
};
