import { BugError, DataError } from "../errors.ts";

/**
 * Refuses a run whose spec or overrides would carry the value of a credential in clear: they can be read by everyone who may see the job.
 * @throws DataError where the value comes from the prompt or a literal in config; BugError where it could only come from us
 */
export function refuseLeaks(
  run: {
    readonly prompt: string;
    readonly literals: Readonly<Record<string, string>>;
    readonly command: readonly string[];
    readonly args: readonly string[];
    /** Everything that is to be sent. */
    readonly sent: unknown;
  },
  isSecretIn: (text: string) => boolean,
): void {
  if (isSecretIn(run.prompt)) throw leak("The prompt", "Take the value out of the prompt");
  for (const [name, value] of Object.entries(run.literals)) {
    if (isSecretIn(value))
      throw leak(`[cloudrun.env] ${name}`, `Remove ${name} from [cloudrun.env]`);
  }
  for (const key of ["command", "args"] as const) {
    if (run[key].some(isSecretIn)) throw leak(`[cloudrun] ${key}`, `Remove the value from ${key}`);
  }
  if (!isSecretIn(JSON.stringify(run.sent))) return;
  throw new BugError({
    what: "al was about to put a credential's value into a job",
    why: "the spec or the overrides contain it; nothing was sent",
    remedy:
      "A setting such as a label or the image may hold it: check [cloud] and the agent's config.toml. If none does, this is a defect of al.",
  });
}

const leak = (where: string, advice: string): DataError =>
  new DataError({
    what: `${where} contains the value of a credential`,
    why: "it would be readable by everyone who may see the job or its audit logs",
    remedy: `${advice}; the agent finds the credential under /credentials and in its variables.`,
  });
