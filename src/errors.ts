/** Exit statuses of `al` when there is no agent's own; the numbers are those of BSD's sysexits.h. */
export const EXIT = {
  usage: 64,
  data: 65,
  unavailable: 69,
  bug: 70,
  tryAgain: 75,
  permission: 77,
  config: 78,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The sentences of a failure: what happened to what, why, and the command or edit that mends it. */
export type ErrorWords = {
  readonly what: string;
  readonly why?: string;
  readonly remedy: string;
  /** The same repair in Terraform's form, where the module in terraform/ has a part in it. */
  readonly terraform?: string;
};

/** Every failure that a person can meet. Its texts never hold a credential's value. */
export class AlError extends Error {
  readonly exit: ExitStatus;
  readonly why: string | undefined;
  readonly remedy: string;
  readonly terraform: string | undefined;

  constructor(exit: ExitStatus, words: ErrorWords, options?: ErrorOptions) {
    super(words.what, options);
    this.name = new.target.name;
    this.exit = exit;
    this.why = words.why;
    this.remedy = words.remedy;
    this.terraform = words.terraform;
  }
}

/** The command line asks for something that does not exist. */
export class UsageError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.usage, words, options);
  }
}

/** A value that was given or stored is malformed. */
export class DataError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.data, words, options);
  }
}

/** Google, or the emulator, cannot be reached or will not serve now; or nobody can know an outcome. */
export class UnavailableError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.unavailable, words, options);
  }
}

/** A defect of this program. */
export class BugError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.bug, words, options);
  }
}

/** Nothing was started, or nothing that could be found; the same command may simply be repeated. */
export class TryAgainError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.tryAgain, words, options);
  }
}

/** Google refused because of who asks. */
export class PermissionError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.permission, words, options);
  }
}

/** A setting or a credential is missing or impossible. */
export class ConfigError extends AlError {
  constructor(words: ErrorWords, options?: ErrorOptions) {
    super(EXIT.config, words, options);
  }
}
