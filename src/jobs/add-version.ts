import type { CredentialField } from "../credentials/credential.ts";
import type { SecretMemory } from "../credentials/secret-memory.ts";
import { CODE, hasCode } from "../gcp/google-call-error.ts";
import { MissingSecretError } from "../gcp/job-check.ts";
import type { SecretManager } from "../gcp/secret-manager.ts";
import { lookAt } from "./compare-versions.ts";
import type { Report } from "./events.ts";

/** Failures after which a write may have happened or not. */
export const AMBIGUOUS = [
  CODE.unavailable,
  CODE.deadlineExceeded,
  CODE.internal,
  CODE.unknown,
  CODE.cancelled,
];
export const WRITE_TRIES = 4;

type Needs = {
  readonly manager: Pick<SecretManager, "addVersion" | "readVersion">;
  readonly memory: SecretMemory;
  readonly report: Report;
};

type Added = {
  readonly version: string;
  /** The highest number that any version has now. */
  readonly newest: number;
};

type Wanted = {
  readonly id: string;
  readonly field: CredentialField;
  /** The highest number that any version is known to have. */
  readonly newest: number;
};

/**
 * Adds a version. Numbers that are skipped are versions that another process added at the same time: where one of them holds the same
 * value, it is used by both, and what was added here is superfluous.
 * @throws MissingSecretError when the secret is gone, so that what is remembered of it is wrong
 */
export async function addVersion(wanted: Wanted, needs: Needs): Promise<Added> {
  const { id, field, newest } = wanted;
  for (let tried = 1; ; tried += 1) {
    try {
      const version = await needs.manager.addVersion(id, field.content);
      if (Number(version) <= newest) throw another(id);
      needs.memory.see(version, field.name, field.content);
      const { found } = await lookBetween(wanted, Number(version), needs);
      if (found !== undefined) needs.report(superfluous(id, version));
      return { version: found ?? version, newest: Number(version) };
    } catch (error) {
      if (hasCode(error, CODE.notFound)) throw gone(id);
      if (tried === WRITE_TRIES || !hasCode(error, ...AMBIGUOUS)) throw error;
    }
    // The lost answer may have been that of a version that was added.
    const { found, last } = await lookBetween(wanted, Number.POSITIVE_INFINITY, needs);
    if (found !== undefined) return { version: found, newest: Math.max(last, newest) };
  }
}

/** Looks at every version between two numbers, as far as there are any, and finds the first that holds the value. */
async function lookBetween(
  { id, field, newest }: Wanted,
  end: number,
  { manager, memory }: Needs,
): Promise<{ readonly found: string | undefined; readonly last: number }> {
  const look = lookAt(id, { reader: manager, memory });
  let found: string | undefined;
  for (let number = newest + 1; number < end; number += 1) {
    const version = String(number);
    if (!memory.hasSeen(version) && !(await look(version, ""))) return { found, last: number - 1 };
    if (memory.holds(version, field)) found ??= version;
  }
  return { found, last: end - 1 };
}

const superfluous = (id: string, version: string) =>
  ({
    kind: "warning",
    text: `another process stored the same value at the same time: version ${version} of ${id} is superfluous, and al gc destroys it`,
  }) as const;

/** Numbers only grow, so this is a new secret of the same name. */
const another = (id: string): MissingSecretError =>
  new MissingSecretError(id, {
    what: `The secret ${id} is not the one that this machine knew`,
    why: "it was deleted and made anew by somebody else",
    remedy: "Run the command again; the secret is then compared anew.",
  });

const gone = (id: string): MissingSecretError =>
  new MissingSecretError(id, {
    what: `The secret ${id} is gone`,
    why: "it was deleted since this machine last used it",
    remedy: "Run the command again; the secret is then written anew.",
  });
