import type { Check } from "../mapping/readiness-check.ts";

/** One line a check; below it the reason and what mends it, where there is something to say. */
export const renderChecks = (checks: readonly Check[]): string[] => checks.flatMap(renderCheck);

const INDENT = " ".repeat(10);
const FORM_INDENT = " ".repeat(21);

const indented = (text: string, by: string): string => text.split("\n").join(`\n${by}`);

function renderCheck({ state, subject, why, remedy }: Check): string[] {
  const told = why === undefined ? "" : `: ${indented(why, INDENT)}`;
  const forms = [
    ["gcloud", remedy?.gcloud],
    ["terraform", remedy?.terraform],
  ].flatMap(([name = "", command]) =>
    command === undefined ? [] : [`${INDENT}${name.padEnd(11)}${indented(command, FORM_INDENT)}`],
  );
  return [`${state.padEnd(8)}  ${subject}${told}`, ...forms];
}

/** The last words: ready, or how much is not. */
export function readinessSummary(checks: readonly Check[]): string {
  const count = (state: Check["state"]): number =>
    checks.filter((check) => check.state === state).length;
  const [missing, unknown] = [count("missing"), count("unknown")];
  const rest = unknown === 0 ? "" : `, ${unknown} unknown`;
  const total = checks.length === 1 ? "1 check" : `${checks.length} checks`;
  return missing === 0
    ? `Google Cloud: ${total}, none missing${rest}.`
    : `Google Cloud: ${total}, ${missing} missing${rest}. Below each stands what mends it.`;
}
