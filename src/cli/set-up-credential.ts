import type { CheckResult } from "../credentials/checks/check-credential.ts";
import type { CredentialType } from "../credentials/credential-type.ts";
import { type CredentialRef, formatRef } from "../credentials/ref.ts";
import { shellWord } from "../credentials/shell-word.ts";
import { writeInstance } from "../credentials/write-instance.ts";
import { DataError } from "../errors.ts";
import { type AuthType, askCredential, type Values } from "./ask-credential.ts";
import type { Asking } from "./ask-field.ts";
import { checkValues, renderCheck } from "./check-values.ts";
import { storedValues } from "./stored-values.ts";

/** Which instance is to be set up, and how. */
export type SetUp = {
  readonly store: string;
  readonly ref: CredentialRef;
  readonly type: CredentialType;
  /** Whether the service is asked before the values are stored. */
  readonly check: boolean;
  /** Ask for these fields alone. */
  readonly only?: readonly string[];
};

export type SetUpResult = {
  /** Names of the fields that were written. */
  readonly written: readonly string[];
  readonly check: CheckResult | undefined;
  readonly authType: AuthType | undefined;
};

/**
 * Asks for an instance's values, checks them and stores them.
 * @throws DataError when the service refused the values and the person gave up; PromptCancelled
 */
export async function setUpCredential(setUp: SetUp, asking: Asking): Promise<SetUpResult> {
  const { store, ref, type, only } = setUp;
  const stored = await storedValues(store, ref);
  const name = formatRef(ref);
  asking.terminal.note(`${asking.terminal.styled("bold", type.label)} (${name})`);
  for (;;) {
    const question = { type, stored, ...(only === undefined ? {} : { only }) };
    const { values, authType } = await askCredential(question, asking);
    if (authType === "pi_auth") return { written: [], check: undefined, authType };
    const check = await checked(setUp, new Map([...stored, ...values]), asking);
    const decision = check?.outcome === "failed" ? await decide(asking) : "save";
    if (decision === "retry") continue;
    if (decision === "leave" && check !== undefined) throw refusedValues(ref, check);
    if (values.size > 0) await writeInstance(store, ref, values);
    return { written: [...values.keys()], check, authType };
  }
}

/** Checks whole instances only: half an instance says nothing. */
async function checked(
  { type, check, only }: SetUp,
  values: Values,
  asking: Asking,
): Promise<CheckResult | undefined> {
  if (!check || only !== undefined) return undefined;
  const result = await checkValues(type.id, values, asking.io);
  asking.terminal.note(renderCheck(result, asking.terminal));
  return result;
}

const decide = ({ prompts }: Asking): Promise<"retry" | "save" | "leave"> =>
  prompts.choose({
    message: "The values were refused. What now?",
    choices: [
      { value: "retry", label: "Enter them again" },
      { value: "save", label: "Save them anyway" },
      { value: "leave", label: "Give up", hint: "what was stored before stays" },
    ],
  });

/** The failure of values that a service refused. */
export const refusedValues = (ref: CredentialRef, { checked: what, why }: CheckResult): DataError =>
  new DataError({
    what: `The values for ${formatRef(ref)} were refused; nothing was stored`,
    why: why === undefined ? what : `${what}: ${why}`,
    remedy: `Correct them and repeat the command, or store them unchecked: al creds add ${shellWord(formatRef(ref))} --no-check`,
  });
