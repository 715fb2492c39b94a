import {
  AlError,
  ConfigError,
  type ErrorWords,
  EXIT,
  PermissionError,
  UnavailableError,
} from "../errors.ts";

/** Words of Google's, without anything that looks like a token or a key, and not too many of them. */
export function harmless(text: string): string {
  const hidden = text
    .replace(/-----BEGIN[\s\S]*?(-----END[^-]*-----|$)/g, "[hidden]")
    .replace(/\b(ya29\.|1\/\/|eyJ)[\w./+=~-]*/g, "[hidden]")
    .replace(/\s+/g, " ");
  return hidden.length > 500 ? `${hidden.slice(0, 500)} …` : hidden;
}

/** No answer, or one that says that there will be one later. */
export const unreachable = (host: string, why: string): UnavailableError =>
  new UnavailableError({
    what: `al could not sign in: ${host} cannot be used now`,
    why,
    remedy: "Check the network and https://status.cloud.google.com, then run the command again.",
  });

/** How a person signs in. */
export const LOGIN = "gcloud auth application-default login";

/** An API that signing in itself needs is off. */
export class ApiOffError extends ConfigError {
  readonly host: string;

  constructor(host: string, words: ErrorWords) {
    super(words);
    this.host = host;
  }
}

/** A sign-in of a person that has run out. */
export const loginExpired = (source: string, why: string): PermissionError =>
  new PermissionError({
    what: `The sign-in stored in ${source} is no longer accepted`,
    why: harmless(why),
    remedy: LOGIN,
  });

/** Google took a token no longer, even a new one. */
export const tokenRefused = (principal: string, why: string): AlError =>
  new AlError(EXIT.permission, {
    what: `Google does not accept the sign-in as ${principal}`,
    why: harmless(why),
    remedy: principal.endsWith("gserviceaccount.com")
      ? `gcloud iam service-accounts enable ${principal}  # if it was disabled, and is still there`
      : LOGIN,
  });

/**
 * Whether Google says that a person's calls count for no project, or for one of gcloud's own, in which nobody can enable an API
 * (https://cloud.google.com/docs/authentication/troubleshoot-adc).
 */
export const lacksQuotaProject = (text: string): boolean =>
  /requires a quota project|in project (764086051850|32555940559) /.test(text);

/** Mends what `lacksQuotaProject` is about. */
const setQuotaProject = (project: string): string =>
  `gcloud auth application-default set-quota-project ${project}`;

/** `goal` continues "al could not". */
export const withoutQuotaProject = (
  goal: string,
  { why, project }: { readonly why: string; readonly project: string },
): ConfigError =>
  new ConfigError({
    what: `al could not ${goal}: the sign-in names no project that is billed for its calls`,
    why: harmless(why),
    remedy: setQuotaProject(project),
  });

/** Whether an answer's status says that the same request may be served later. */
export const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** A failure as an error of ours, and nothing else: causes could hold a request. */
export const withExit = (exit: (typeof EXIT)[keyof typeof EXIT], words: ErrorWords): AlError =>
  new AlError(exit, words);
