import type { Json } from "../core/handler.ts";
import type { Violations } from "./violations.ts";

// job.proto, Job.labels and Job.annotations; execution_template.proto says the same of the template's.
const RESERVED_NAMESPACES = [
  "run.googleapis.com",
  "cloud.googleapis.com",
  "serving.knative.dev",
  "autoscaling.knative.dev",
];

// https://cloud.google.com/run/docs/configuring/labels
const LARGEST_COUNT = 64;
const KEY = /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** `at` is the path of the message that has the labels and annotations. */
export function checkLabelsAndAnnotations(
  resource: Json,
  at: string,
  violations: Violations,
): void {
  checkNamespaces(resource.annotations ?? {}, `${at}.annotations`, violations);
  const labels: Json = resource.labels ?? {};
  checkNamespaces(labels, `${at}.labels`, violations);
  if (Object.keys(labels).length > LARGEST_COUNT) {
    violations.add(`${at}.labels`, `at most ${LARGEST_COUNT} labels are allowed.`);
  }
  for (const [key, value] of Object.entries(labels)) {
    if (isReserved(key)) continue;
    if (!KEY.test(key)) violations.add(`${at}.labels`, `'${key}' is not a valid label key.`);
    if (!VALUE.test(value)) {
      violations.add(`${at}.labels`, `the value of '${key}' is not a valid label value.`);
    }
  }
}

function checkNamespaces(map: Json, at: string, violations: Violations): void {
  for (const key of Object.keys(map).filter(isReserved)) {
    violations.add(at, `'${key}' is in a namespace that is reserved for the system.`);
  }
}

const isReserved = (key: string): boolean =>
  RESERVED_NAMESPACES.some((namespace) => {
    const prefix = key.split("/")[0] ?? "";
    return key.includes("/") && (prefix === namespace || prefix.endsWith(`.${namespace}`));
  });
