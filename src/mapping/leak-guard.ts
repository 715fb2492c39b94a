import type { RunConfig } from "../config/config.ts";
import { BugError, DataError } from "../errors.ts";
import { type ConfiguredText, configuredTexts } from "./configured-texts.ts";
import { AGENT_ANNOTATION, AGENT_LABEL, MANAGED_BY, SPEC_ANNOTATION } from "./ownership.ts";

/** Whether a text holds the value of a credential: of a field that its type declares secret, or of any that may be one. */
export type IsSecretIn = (text: string, which: "declared" | "any") => boolean;

/**
 * Refuses a run whose prompt or configuration holds the value of a credential: what is sent of them can be read by everyone who
 * may see the job. To be asked first: other refusals quote what they refuse.
 * @throws DataError naming where it stands
 */
export function refuseConfiguredLeaks(
  { config, prompt }: { readonly config: RunConfig; readonly prompt: string },
  isSecretIn: IsSecretIn,
): void {
  const found = [promptText(prompt), ...configuredTexts(config)].find(({ text, holds }) =>
    isSecretIn(text, holds === "a setting" ? "declared" : "any"),
  );
  if (found !== undefined) throw leak(found);
}

const promptText = (text: string): ConfiguredText => ({
  where: "The prompt",
  text,
  advice: "Take the value out of the prompt",
  holds: "any content",
});

/**
 * The last look at what is to be sent.
 * @throws BugError where it holds the value of a credential: what a person wrote was looked at before
 */
export function refuseLeaks(sent: unknown, isSecretIn: IsSecretIn): void {
  if (!textsIn(sent).some((text) => isSecretIn(text, "declared"))) return;
  throw new BugError({
    what: "al was about to put a credential's value into a job",
    why: "the spec or the overrides contain it; nothing was sent",
    remedy: "This is a defect of al. Please report it, without the value.",
  });
}

/**
 * What al makes of the names of credentials, agents and variables, and never of a value: a password may happen to be "password".
 * `name` is a variable's or a volume's.
 */
const OWN: ReadonlySet<string> = new Set([
  ...["volumes", "volumeMounts", "valueSource", "egress", "name"],
  ...[MANAGED_BY.key, AGENT_LABEL, SPEC_ANNOTATION],
]);

/** Tables of a spec whose keys a person may choose. */
const CHOSEN_KEYS: ReadonlySet<string> = new Set(["labels", "annotations"]);

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(value)
    .filter(([key]) => !OWN.has(key))
    .flatMap(([key, item]) => [...(CHOSEN_KEYS.has(key) ? keysIn(item) : []), ...textsIn(item)]);
}

const keysIn = (table: unknown): string[] =>
  Object.keys(table ?? {}).filter((key) => !OWN.has(key) && key !== AGENT_ANNOTATION);

const leak = ({ where, advice, holds }: ConfiguredText): DataError =>
  new DataError({
    what: `${where} contains the value of a credential`,
    why: "it would be readable by everyone who may see the job or its audit logs",
    remedy:
      holds === "a setting"
        ? `${advice}.`
        : `${advice}; the agent finds the credential under /credentials and in its variables.`,
  });
