import { AlError, type ErrorWords, EXIT, type ExitStatus } from "../errors.ts";
// biome-ignore lint/style/noRestrictedImports: a denial is explained from the one list of what al needs, which al doctor reads too
import { grantCommand } from "../mapping/grant-command.ts";
// biome-ignore lint/style/noRestrictedImports: the same
import { findRequiredPermission } from "../mapping/required-permissions.ts";

/** google.rpc.Code, by number, as gRPC reports it. */
export const CODE = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** A call that Google refused or did not answer, in the words of a person's task. */
export class GoogleCallError extends AlError {
  /** google.rpc.Code; `CODE.unknown` for a failure below gRPC. */
  readonly code: number;
  /** Google's own text. */
  readonly detail: string;
  /** Google's name for the cause, e.g. SERVICE_DISABLED (google.rpc.ErrorInfo), where it gives one. */
  readonly reason: string | undefined;

  constructor(exit: ExitStatus, words: ErrorWords, google: CallFailure) {
    super(exit, words);
    this.code = google.code;
    this.detail = google.detail;
    this.reason = google.reason;
  }
}

/** Whether this is Google's answer with that code. */
export const hasCode = (error: unknown, ...codes: readonly number[]): error is GoogleCallError =>
  error instanceof GoogleCallError && codes.includes(error.code);

/** What was being done, to what, by whom. */
export type CallSubject = {
  /** Continues "could not": "create the job". */
  readonly goal: string;
  readonly subject: string;
  readonly project: string;
  readonly principal: string;
};

/** What is read of a failed call; everything that Google's clients throw has this form. */
export type CallFailure = {
  readonly code: number;
  readonly detail: string;
  readonly reason: string | undefined;
};

/** Turns a refusal into sentences and an exit status; the only place that knows Google's codes. */
export function explain(failure: CallFailure, call: CallSubject): GoogleCallError {
  const { exit, remedy, why = failure.detail } = advice(failure, call);
  const words = { what: `al could not ${call.goal}: ${call.subject}`, why, remedy };
  return new GoogleCallError(exit, words, failure);
}

type Advice = {
  readonly exit: ExitStatus;
  readonly remedy: string;
  /** More than Google's own text. */
  readonly why?: string;
};

function advice(failure: CallFailure, call: CallSubject): Advice {
  if (/constraints\/gcp\.resourceLocations/.test(failure.detail)) return namedLocations(call);
  switch (failure.code) {
    case CODE.permissionDenied:
      return denied(failure, call);
    case CODE.unauthenticated:
      return { exit: EXIT.permission, remedy: newKey(call) };
    case CODE.resourceExhausted:
      return {
        exit: EXIT.unavailable,
        remedy: "Wait a minute and run the command again: a quota of the project is used up.",
      };
    case CODE.notFound:
    case CODE.failedPrecondition:
      if (/\betag\b/i.test(failure.detail)) return changedMeanwhile();
      return {
        exit: EXIT.config,
        remedy: `Check project and region in [cloud], and that this exists: ${call.subject}`,
      };
    case CODE.unimplemented:
      return { exit: EXIT.config, remedy: "Check [cloud] region: gcloud run regions list" };
    case CODE.invalidArgument:
    case CODE.outOfRange:
      return {
        exit: EXIT.data,
        remedy:
          "Correct the setting that Google's text names, in [cloud] or the agent's config.toml.",
      };
    case CODE.alreadyExists:
    case CODE.aborted:
      return changedMeanwhile();
    default:
      return {
        exit: EXIT.unavailable,
        remedy:
          "Check the network and https://status.cloud.google.com, then run the command again.",
      };
  }
}

function enableApi(detail: string, { project }: CallSubject): string {
  const api =
    /apis\/api\/([a-z.]+)\/overview/.exec(detail)?.[1] ??
    "run.googleapis.com secretmanager.googleapis.com";
  return `gcloud services enable ${api} --project=${project}`;
}

const changedMeanwhile = (): Advice => ({
  exit: EXIT.tryAgain,
  remedy: "Another process changed the same thing. Run the command again.",
});

/** A refusal that no role mends is a matter of settings. */
function denied(failure: CallFailure, call: CallSubject): Advice {
  if (
    failure.reason === "SERVICE_DISABLED" ||
    /has not been used in project/.test(failure.detail)
  ) {
    return { exit: EXIT.config, remedy: enableApi(failure.detail, call) };
  }
  if (failure.reason === "BILLING_DISABLED") {
    const page = `https://console.cloud.google.com/billing/linkedaccount?project=${call.project}`;
    return { exit: EXIT.config, remedy: `Enable billing for the project ${call.project}: ${page}` };
  }
  if (failure.reason === "CONSUMER_INVALID") {
    return {
      exit: EXIT.config,
      remedy: `Check [cloud] project: there may be no project "${call.project}".`,
    };
  }
  const named = deniedPermission(failure.detail, call);
  return {
    exit: EXIT.permission,
    remedy:
      named?.remedy ??
      `Ask an administrator of ${call.project} to give ${call.principal} what Google's text names.`,
    ...(named === undefined ? {} : { why: `${failure.detail}\n${named.need}` }),
  };
}

/** An organisation may forbid what lies in no region of its own choosing, automatic replication first of all. */
const namedLocations = ({ subject }: CallSubject): Advice => ({
  exit: EXIT.config,
  remedy: subject.includes("/secrets/")
    ? 'Name regions that the organisation allows, in [cloud]: secret_locations = ["europe-west1"]'
    : "Choose a region that the organisation allows, in [cloud] region.",
});

/**
 * What was denied, for what al needs it, and the command that grants it; undefined where Google names nothing that al's identity
 * should hold, because then no role that helps is known.
 */
function deniedPermission(
  detail: string,
  { project, principal }: CallSubject,
): { readonly need: string; readonly remedy: string } | undefined {
  const required = findRequiredPermission(namedPermission(detail));
  if (required === undefined) return undefined;
  const remedy = grantCommand(required, {
    ...{ project, principal },
    account: /denied on service account (\S+)/i.exec(detail)?.[1],
    // Every id of ours begins with the prefix and a divider.
    secretPrefix: /\/secrets\/(.+?)--/.exec(detail)?.[1],
    repository: /(projects\/[^/]+\/locations\/[^/]+\/repositories\/[^/']+)/.exec(detail)?.[1],
  });
  if (remedy === undefined) return undefined;
  const { permission, why } = required;
  return { need: `al needs ${permission} to ${why}`, remedy };
}

/** Cloud Logging names none. */
const namedPermission = (detail: string): string =>
  /Permission '([^']+)'/.exec(detail)?.[1] ??
  (/denied for all log views/i.test(detail) ? "logging.logEntries.list" : "");

const newKey = ({ principal }: CallSubject): string =>
  "Check that this machine's clock is right. If it is, the key was revoked; make a new one and store it:\n" +
  `gcloud iam service-accounts keys create key.json --iam-account=${principal}\n` +
  "al creds add gcp_service_account";
