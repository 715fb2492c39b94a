import {
  type AlError,
  ConfigError,
  type ErrorWords,
  PermissionError,
  TryAgainError,
} from "../errors.ts";
import type { CallFailure } from "./google-call-error.ts";

/** A version that the job refers to is not there: it is too new, or what this machine remembers of it is wrong. */
export class MissingSecretError extends TryAgainError {
  readonly secret: string;

  constructor(secret: string, words: ErrorWords) {
    super(words);
    this.secret = secret;
  }
}

/** The job's identity may not read a secret: it was never granted, or the grant is not effective yet. */
export class DeniedSecretError extends PermissionError {
  readonly secret: string;

  constructor(secret: string, words: ErrorWords) {
    super(words);
    this.secret = secret;
  }
}

/**
 * Explains why Cloud Run's checks of a new job failed. The texts are Google's and change over time, so only the lasting parts of them
 * are looked for.
 */
export function explainJobCheck(
  failure: CallFailure,
  job: { readonly serviceAccount: string; readonly image: string; readonly project: string },
): AlError {
  const { detail } = failure;
  const secret = /secrets\/([A-Za-z0-9_-]+)/.exec(detail)?.[1] ?? "";
  if (/Permission denied on secret/i.test(detail)) {
    return new DeniedSecretError(secret, {
      what: `The agent's service account ${job.serviceAccount} may not read the secret ${secret}`,
      why: detail,
      remedy: `gcloud secrets add-iam-policy-binding ${secret} --project=${job.project} --member=serviceAccount:${job.serviceAccount} --role=roles/secretmanager.secretAccessor`,
    });
  }
  if (/secrets?\b.*was not found/is.test(detail)) {
    return new MissingSecretError(secret, {
      what: `The secret ${secret} is not there, or not there yet`,
      why: detail,
      remedy: "Run the command again; the secret is then written anew.",
    });
  }
  if (/image\b.*(not found|permission)/is.test(detail)) {
    return new ConfigError({
      what: `Cloud Run cannot get the image ${job.image}`,
      why: detail,
      remedy: "Push the image, or correct [cloudrun] image in the agent's config.toml.",
    });
  }
  return new ConfigError({
    what: "Cloud Run refused the job",
    why: detail,
    remedy: "Correct what Google's text names, in [cloud] or the agent's [cloudrun] section.",
  });
}
