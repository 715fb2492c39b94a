import {
  type AlError,
  ConfigError,
  type ErrorWords,
  PermissionError,
  TryAgainError,
  UnavailableError,
} from "../errors.ts";
// biome-ignore lint/style/noRestrictedImports: a denial is explained with the remedies that al doctor gives
import { letJobRead, letPull, pullerOf } from "../mapping/job-remedies.ts";
import { type CallFailure, CODE } from "./google-call-error.ts";

/** A version that the job refers to is not there: it is too new, or what this machine remembers of it is wrong. */
export class MissingSecretError extends TryAgainError {
  readonly secret: string;

  constructor(secret: string, words: ErrorWords) {
    super(words);
    this.secret = secret;
  }
}

/** A version that the job refers to is there and cannot be used, for example because it was destroyed: waiting does not mend it. */
export class GoneVersionError extends MissingSecretError {}

/** The job's identity may not read a secret: it was never granted, or the grant is not effective yet. */
export class DeniedSecretError extends PermissionError {
  readonly secret: string;

  constructor(secret: string, words: ErrorWords) {
    super(words);
    this.secret = secret;
  }
}

/** What was to be made, and who was to make it. */
export type CheckedJob = {
  readonly serviceAccount: string;
  readonly image: string;
  readonly project: string;
  /** E-mail address of the caller, or what else al knows it by. */
  readonly principal: string;
};

/**
 * Explains why Cloud Run's checks of a new job failed. The texts are Google's and change over time, so only the lasting parts of them
 * are looked for.
 */
export function explainJobCheck(failure: CallFailure, job: CheckedJob): AlError {
  const { detail } = failure;
  if (/Secret Manager API has not been used/.test(detail))
    return secretManagerOff(detail, job.project);
  const denied = secretsIn(detail, /Permission denied on secret: *\S*secrets\/([A-Za-z0-9_-]+)/gi);
  if (denied[0] !== undefined) return deniedSecrets([denied[0], ...denied.slice(1)], detail, job);
  const missing = secretsIn(detail, /Secret \S*secrets\/([A-Za-z0-9_-]+)\S* was not found/gi);
  if (missing[0] !== undefined) {
    return new MissingSecretError(missing[0], {
      what: `The secret ${missing[0]} is not there, or not there yet`,
      why: detail,
      remedy: "Run the command again; the secret is then written anew.",
    });
  }
  if (/permission to (read|access) the (container )?image/is.test(detail))
    return unreadableImage(detail, job);
  if (/image\b.*not found/is.test(detail)) {
    return new ConfigError({
      what: `Cloud Run cannot get the image ${job.image}`,
      why: detail,
      remedy: "Push the image, or correct [cloudrun] image in the agent's config.toml.",
    });
  }
  if (PASSING.includes(failure.code)) {
    return new UnavailableError({
      what: "Cloud Run could not check the job",
      why: detail,
      remedy: "Run the command again.",
    });
  }
  // Whatever the text is for a version that was disabled or destroyed (Google documents none): what is remembered of it is wrong.
  const unusable = secretsIn(detail, /secrets\/([A-Za-z0-9_-]+)\/versions\//gi);
  if (unusable[0] !== undefined) {
    return new GoneVersionError(unusable[0], {
      what: `Cloud Run cannot use a version of the secret ${unusable[0]}`,
      why: detail,
      remedy: "Run the command again; the secret is then compared anew.",
    });
  }
  return new ConfigError({
    what: "Cloud Run refused the job",
    why: detail,
    remedy: "Correct what Google's text names, in [cloud] or the agent's [cloudrun] section.",
  });
}

/** Codes with which a check ends that was not made, rather than failed. */
const PASSING: readonly number[] = [
  CODE.unavailable,
  CODE.internal,
  CODE.deadlineExceeded,
  CODE.resourceExhausted,
];

/** Images are pulled by Cloud Run's own agent, which may read those of the job's project only; the caller must be able to as well. */
function unreadableImage(why: string, { image, project, principal }: CheckedJob): PermissionError {
  const isCaller = /\bUser must have permission/i.test(why);
  const named = /service-[0-9]+@serverless-robot-prod\.iam\.gserviceaccount\.com/.exec(why)?.[0];
  const puller = named ?? pullerOf({ project, projectNumber: undefined });
  return new PermissionError({
    what: `${isCaller ? "al" : "Cloud Run"} may not read the image ${image}`,
    why,
    remedy:
      letPull(image, isCaller ? principal : puller, project) ??
      "Cloud Run reads only public images of other registries. Copy it: docker tag and docker push to a repository of Artifact Registry, and name that in [cloudrun] image.",
  });
}

const secretsIn = (detail: string, pattern: RegExp): string[] => [
  ...new Set([...detail.matchAll(pattern)].map(([, secret = ""]) => secret)),
];

function deniedSecrets(
  secrets: readonly [string, ...string[]],
  why: string,
  job: CheckedJob,
): DeniedSecretError {
  const projectNumber = /projects\/([0-9]+)\/secrets\//.exec(why)?.[1];
  const { gcloud, terraform } = letJobRead(job.serviceAccount, secrets, {
    ...{ project: job.project, projectNumber },
  });
  return new DeniedSecretError(secrets[0], {
    what: `The agent's service account ${job.serviceAccount} may not read the secret ${secrets.join(", ")}`,
    why: `${why} A grant takes minutes to count: if it was made just now, run the command again in a while.`,
    remedy: gcloud,
    ...(terraform === undefined ? {} : { terraform }),
  });
}

const secretManagerOff = (why: string, project: string): ConfigError =>
  new ConfigError({
    what: "Secret Manager is not enabled in the project",
    why,
    remedy: `gcloud services enable secretmanager.googleapis.com --project=${project}`,
  });
